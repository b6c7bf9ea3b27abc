import IMProtocol
import NIOCore
import ServerRuntime

/// What the connections of one event loop share: compression streams, scratch memory, and the clock that drives their
/// timeouts.
///
/// Used on that loop only.
final class GatewayLoop {
    let eventLoop: any EventLoop
    /// The number of clock steps so far, one each `GatewayConfiguration.tickInterval`.
    ///
    /// A counter instead of a timer per
    /// connection: a connection notes the number when something happens, which costs nothing.
    private(set) var tick = 0
    private let inflater: GzipInflater
    private let deflater: GzipDeflater
    private let decompressedBytesMax: Int
    private var decoder = EnvelopeDecoder()
    private var scratch = ByteBuffer()
    private var sessions: [ObjectIdentifier: SessionHandler] = [:]
    private var admissions: [ObjectIdentifier: AdmissionHandler] = [:]

    /// - Throws: `GzipError.Code.outOfMemory`.
    init(eventLoop: any EventLoop, configuration: GatewayConfiguration) throws(GzipError) {
        self.eventLoop = eventLoop
        self.inflater = try GzipInflater()
        self.deflater = try GzipDeflater(level: configuration.compressionLevel)
        self.decompressedBytesMax = configuration.decompressedBytesMax
    }

    /// The request in the payload of a binary frame.
    ///
    /// - Throws: `GzipError` or `EnvelopeError`.
    func decodeRequest(_ payload: [UInt8], for identity: SessionIdentity) throws -> RequestEnvelope {
        guard identity.isCompressed else {
            return try payload.span.bytes.withUnsafeBytes { bytes in
                try self.decoder.decodeRequest(bytes, identity.encoding)
            }
        }
        self.scratch.clear()
        try payload.span.bytes.withUnsafeBytes { bytes in
            try self.inflater.decompress(bytes, limitBytes: self.decompressedBytesMax, into: &self.scratch)
        }
        return try self.scratch.withUnsafeReadableBytes { bytes in
            try self.decoder.decodeRequest(bytes, identity.encoding)
        }
    }

    /// `response` as a complete WebSocket frame.
    ///
    /// - Throws: only when zlib fails.
    func encode(
        _ response: ResponseEnvelope,
        _ encoding: EnvelopeEncoding,
        isCompressed: Bool
    ) throws(GzipError) -> ByteBuffer {
        let payload = encoding.encode(response)
        guard isCompressed else { return WebSocketOutput.frame(WebSocketOutput.binary, payload) }
        return try WebSocketOutput.compressedFrame(payload, self.deflater)
    }

    /// One step of the clock: lets every connection look at its deadlines.
    func advance() {
        self.tick += 1
        // Copies, for connections may leave while they are visited.
        for session in Array(self.sessions.values) { session.tick() }
        for admission in Array(self.admissions.values) { admission.tick() }
    }

    /// The process stops: connections finish what they are doing.
    func shutDown() {
        for admission in Array(self.admissions.values) { admission.shutDown() }
        for session in Array(self.sessions.values) { session.shutDown() }
    }

    /// Cuts all connections.
    func cut() {
        for admission in Array(self.admissions.values) { admission.shutDown() }
        for session in Array(self.sessions.values) { session.cut() }
    }

    /// Whether no connection is left.
    var isEmpty: Bool { self.sessions.isEmpty && self.admissions.isEmpty }

    func add(_ session: SessionHandler) { self.sessions[ObjectIdentifier(session)] = session }

    func remove(_ session: SessionHandler) { self.sessions[ObjectIdentifier(session)] = nil }

    func add(_ admission: AdmissionHandler) { self.admissions[ObjectIdentifier(admission)] = admission }

    func remove(_ admission: AdmissionHandler) { self.admissions[ObjectIdentifier(admission)] = nil }
}

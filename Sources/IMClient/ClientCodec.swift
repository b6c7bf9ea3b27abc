import IMProtocol
import NIOCore
import ServerRuntime

/// Turns envelopes into the payloads of binary frames and back.
///
/// Used on one event loop.
final class ClientCodec {
    /// The most bytes that one frame from a server may decompress to.
    private static let decompressedBytesMax = 64 << 20

    private var inflater: GzipInflater?
    private var deflater: GzipDeflater?
    private var decoder = EnvelopeDecoder()

    func encode(
        _ request: RequestEnvelope,
        _ encoding: EnvelopeEncoding,
        isCompressed: Bool
    ) throws(GzipError) -> ByteBuffer {
        let payload = encoding.encode(request)
        var output = ByteBuffer()
        guard isCompressed else {
            output.writeBytes(payload)
            return output
        }
        let deflater: GzipDeflater
        if let existing = self.deflater {
            deflater = existing
        } else {
            deflater = try GzipDeflater()
            self.deflater = deflater
        }
        try payload.span.bytes.withUnsafeBytes { (bytes) throws(GzipError) in
            try deflater.compress(bytes, into: &output)
        }
        return output
    }

    /// - Throws: `GzipError` or `EnvelopeError`.
    func decode(
        _ payload: ByteBuffer,
        _ encoding: EnvelopeEncoding,
        isCompressed: Bool
    ) throws -> ResponseEnvelope {
        guard isCompressed else {
            return try payload.withUnsafeReadableBytes { try self.decoder.decodeResponse($0, encoding) }
        }
        let inflater = try self.inflater ?? GzipInflater()
        self.inflater = inflater
        var output = ByteBuffer()
        try payload.withUnsafeReadableBytes { bytes in
            try inflater.decompress(bytes, limitBytes: Self.decompressedBytesMax, into: &output)
        }
        return try output.withUnsafeReadableBytes { try self.decoder.decodeResponse($0, encoding) }
    }
}

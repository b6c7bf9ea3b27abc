import OpenSSL
import TestKit

/// A client session and its server, with nothing but memory between them.
struct TLSTestPair {
    typealias Change = (inout TLSConfiguration, inout TLSTestServerContext.Settings, TestCertificates) -> Void

    let client: TLSSession
    let server: TLSTestServer
    /// Plaintext that the client read.
    var received: [UInt8] = []
    var hasCloseNotify = false

    init(_ context: TLSContext, _ server: TLSTestServer, host: String = "localhost") throws {
        self.client = try TLSSession(context, host: host)
        self.server = server
    }

    init(_ context: TLSContext, _ serverContext: TLSTestServerContext, host: String = "localhost") throws {
        try self.init(context, try TLSTestServer(serverContext), host: host)
    }

    /// A client that believes the test authority, and the server.
    static func usual(
        host: String = "localhost",
        _ change: Change = { _, _, _ in }
    ) throws -> TLSTestPair {
        let certificates = try TestCertificates.shared()
        var configuration = TLSConfiguration()
        configuration.trustRoots = .file(certificates.authority.certificateFile)
        var settings = TLSTestServerContext.Settings(identity: certificates.server)
        change(&configuration, &settings, certificates)
        return try TLSTestPair(try TLSContext(configuration), try TLSTestServerContext(settings), host: host)
    }

    /// Moves bytes to and fro until the handshake is finished and nothing is left to move.
    ///
    /// - Parameter chunkBytesMax: bytes reach the client in pieces of this size.
    /// - Throws: the client's failure.
    mutating func handshake(chunkBytesMax: Int = .max) throws {
        for _ in 0..<10_000 {
            let isFinished = try self.client.handshake()
            let toServer = self.takeOutput()
            self.server.receive(toServer)
            let toClient = self.server.takeOutput()
            if isFinished, toServer.isEmpty, toClient.isEmpty { return }
            try self.feed(toClient, chunkBytesMax: chunkBytesMax)
        }
    }

    /// The ciphertext of the client, all of it.
    func takeOutput() -> [UInt8] {
        var bytes: [UInt8] = []
        self.client.drainOutgoing { buffer in
            bytes += buffer
            return buffer.count
        }
        return bytes
    }

    /// Gives ciphertext to the client and reads.
    mutating func feed(_ bytes: [UInt8], chunkBytesMax: Int = .max) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = try rest.prefix(chunkBytesMax).withUnsafeBytes { buffer in
                try self.client.receive(buffer)
            }
            rest = rest.dropFirst(taken)
            try self.read()
        }
    }

    /// Reads plaintext until there is none.
    mutating func read() throws {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            switch try buffer.withUnsafeMutableBytes({ try self.client.read(into: $0) }) {
            case .bytes(let count): self.received += buffer[..<count]
            case .needsMore: return
            case .closeNotify:
                self.hasCloseNotify = true
                return
            }
        }
    }

    /// Writes plaintext; returns how much was taken.
    func write(_ bytes: some Collection<UInt8>) throws -> Int {
        let bytes = Array(bytes)
        return try bytes.withUnsafeBytes { try self.client.write($0) }
    }

    /// Everything that either side has to say reaches the other.
    mutating func exchange() throws {
        self.server.receive(self.takeOutput())
        try self.feed(self.server.takeOutput())
        self.server.receive(self.takeOutput())
    }
}

/// The code and message of the `OpenSSLError` that `body` throws; nil when it throws none.
func tlsFailure(_ body: () throws -> Void) -> OpenSSLError? {
    do {
        try body()
        return nil
    } catch {
        return error as? OpenSSLError
    }
}

import Foundation
import Synchronization

/// An HTTP server on loopback that answers each connection with fixed bytes and keeps what it was asked.
final class LoopbackHTTPServer: Sendable {
    struct NotStarted: Error {}

    /// What the server does once it has the whole request.
    enum Answer: Sendable {
        /// Sends the bytes and closes.
        case bytes([UInt8])
        /// Says nothing and keeps the connection open.
        case silence

        static func text(_ text: String) -> Answer { .bytes(Array(text.utf8)) }
    }

    let port: Int
    private let descriptor: Int32
    private let answer: Answer
    private let received = Mutex<[[UInt8]]>([])
    private let isClosed = Atomic(false)

    /// The requests so far, each with header and body.
    var requests: [String] {
        self.received.withLock { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    private init(_ answer: Answer) throws {
        self.answer = answer
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard self.descriptor >= 0 else { throw NotStarted() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let isListening = withUnsafeMutableBytes(of: &address) { raw in
            guard let pointer = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw NotStarted() }
    }

    deinit {
        Foundation.close(self.descriptor)
    }

    /// Runs `body` with a server; its threads end afterwards.
    static func with<Result>(
        _ answer: Answer,
        _ body: (LoopbackHTTPServer) async throws -> Result
    ) async throws -> Result {
        let server = try LoopbackHTTPServer(answer)
        defer { server.isClosed.store(true, ordering: .relaxed) }
        Thread.detachNewThread { server.acceptLoop() }
        return try await body(server)
    }

    private func acceptLoop() {
        while !self.isClosed.load(ordering: .relaxed) {
            guard self.isReadable(self.descriptor) else { continue }
            let connection = accept(self.descriptor, nil, nil)
            guard connection >= 0 else { continue }
            Thread.detachNewThread {
                self.serve(connection)
                Foundation.close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        var request: [UInt8] = []
        while !Self.isComplete(request) {
            guard !self.isClosed.load(ordering: .relaxed) else { return }
            guard self.isReadable(connection) else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request.append(contentsOf: buffer[..<count])
        }
        self.received.withLock { $0.append(request) }
        switch self.answer {
        case .silence:
            while !self.isClosed.load(ordering: .relaxed) { usleep(20_000) }
        case .bytes(let bytes):
            var sent = 0
            while sent < bytes.count {
                let more = bytes[sent...].withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { return }
                sent += more
            }
        }
    }

    private func isReadable(_ descriptor: Int32) -> Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 50) > 0
    }

    private static func isComplete(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        guard let length = text.range(of: "Content-Length: ", options: .caseInsensitive),
            length.upperBound < end.lowerBound
        else { return true }
        let count = Int(text[length.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= count
    }
}

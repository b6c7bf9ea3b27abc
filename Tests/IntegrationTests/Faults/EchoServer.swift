import Foundation
import Synchronization
import TestKit

/// A TCP server on loopback that sends back what it receives, after a greeting if one is given.
final class EchoServer: Sendable {
    let port: Int
    private let listener: Int32
    private let isClosed = Atomic(false)

    init(greeting: String = "") throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let port = LoopbackPort.free()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeBytes(of: &address) { raw in
            guard let base = raw.baseAddress else { return false }
            return bind(listener, base.assumingMemoryBound(to: sockaddr.self), length) == 0 && listen(listener, 64) == 0
        }
        guard isListening else { throw SocketFailure("listen") }
        self.listener = listener
        self.port = port
        Thread.detachNewThread { self.acceptLoop(Array(greeting.utf8)) }
    }

    static func with<Result>(greeting: String = "", _ body: (EchoServer) async throws -> Result) async throws -> Result
    {
        let server = try EchoServer(greeting: greeting)
        defer { server.isClosed.store(true, ordering: .relaxed) }
        return try await body(server)
    }

    private func acceptLoop(_ greeting: [UInt8]) {
        defer { close(self.listener) }
        while !self.isClosed.load(ordering: .relaxed) {
            guard Self.isReadable(self.listener) else { continue }
            let client = accept(self.listener, nil, nil)
            guard client >= 0 else { continue }
            Thread.detachNewThread { self.echo(client, greeting) }
        }
    }

    private func echo(_ client: Int32, _ greeting: [UInt8]) {
        defer { close(client) }
        _ = send(client, greeting, greeting.count, Int32(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !self.isClosed.load(ordering: .relaxed) {
            guard Self.isReadable(client) else { continue }
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes {
                    send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { return }
                sent += more
            }
        }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 20) > 0
    }
}

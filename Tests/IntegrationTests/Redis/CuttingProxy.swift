import Foundation
import Synchronization

/// A TCP proxy on loopback that can cut a connection in the middle of a reply.
final class CuttingProxy: Sendable {
    private let listener: LoopbackListener
    private let serverPort: Int
    /// Bytes of replies that pass before the cut; `nil` for no cut.
    ///
    /// A cut happens once.
    private let bytesBeforeCut = Mutex<Int?>(nil)
    private let isClosed = Atomic(false)

    var port: Int { self.listener.port }

    /// Starts to forward to `serverPort`, on threads that end after `close()`.
    init(to serverPort: Int) throws {
        self.listener = try LoopbackListener()
        self.serverPort = serverPort
        Thread.detachNewThread { self.acceptLoop() }
    }

    /// Cuts both sides after `count` more bytes of replies.
    func cut(afterReplyBytes count: Int) {
        self.bytesBeforeCut.withLock { $0 = count }
    }

    func close() {
        self.isClosed.store(true, ordering: .relaxed)
    }

    private func acceptLoop() {
        while !self.isClosed.load(ordering: .relaxed) {
            var event = pollfd(fd: self.listener.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, 50) > 0 else { continue }
            let client = accept(self.listener.descriptor, nil, nil)
            guard client >= 0 else { continue }
            Thread.detachNewThread { self.forward(client) }
        }
    }

    private func forward(_ client: Int32) {
        defer { Foundation.close(client) }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard server >= 0 else { return }
        defer { Foundation.close(server) }
        var address = LoopbackListener.loopback(port: self.serverPort)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeBytes(of: &address) { raw in
            guard let base = raw.baseAddress else { return false }
            return connect(server, base.assumingMemoryBound(to: sockaddr.self), length) == 0
        }
        guard isConnected else { return }
        while !self.isClosed.load(ordering: .relaxed) {
            var events = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&events, 2, 50) >= 0 else { return }
            if events[0].revents != 0, !self.relay(from: client, to: server, isReply: false) { return }
            if events[1].revents != 0, !self.relay(from: server, to: client, isReply: true) { return }
        }
    }

    /// Returns `false` when the connection ends here.
    private func relay(from source: Int32, to target: Int32, isReply: Bool) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(source, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        let (passing, isCut) = isReply ? self.allowed(count) : (count, false)
        var sent = 0
        while sent < passing {
            let more = buffer[sent..<passing].withUnsafeBytes {
                send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard more > 0 else { return false }
            sent += more
        }
        return !isCut
    }

    private func allowed(_ count: Int) -> (count: Int, isCut: Bool) {
        self.bytesBeforeCut.withLock { remaining in
            guard let limit = remaining else { return (count, false) }
            guard count >= limit else {
                remaining = limit - count
                return (count, false)
            }
            remaining = nil
            return (limit, true)
        }
    }
}

package import NIOCore
import NIOPosix

/// The event loops of clients, with the compression streams that all clients of a loop share.
///
/// A stream takes 300 KB, so that a load generator with thousands of clients cannot give each its own.
package final class IMClientEngine: Sendable {
    /// An engine on NIO's process-wide event loops.
    package static let shared = IMClientEngine(group: MultiThreadedEventLoopGroup.singleton)

    private let group: any EventLoopGroup
    private let codecs: [ObjectIdentifier: NIOLoopBoundBox<ClientCodec>]

    /// An engine on the event loops of `group`, which has to live longer.
    package init(group: any EventLoopGroup) {
        var codecs: [ObjectIdentifier: NIOLoopBoundBox<ClientCodec>] = [:]
        for eventLoop in group.makeIterator() {
            codecs[ObjectIdentifier(eventLoop)] = .makeBoxSendingValue(ClientCodec(), eventLoop: eventLoop)
        }
        self.group = group
        self.codecs = codecs
    }

    func next() -> any EventLoop { self.group.next() }

    /// The codec of the event loop that this is called on.
    func codec(of eventLoop: any EventLoop) -> ClientCodec {
        // An event loop that the group has grown since gets its own; none does today.
        self.codecs[ObjectIdentifier(eventLoop)]?.value ?? ClientCodec()
    }
}

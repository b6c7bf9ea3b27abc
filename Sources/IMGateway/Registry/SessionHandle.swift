import NIOCore

/// A connection as the registry holds it: usable from any thread, its handler only on its event loop.
struct SessionHandle: Sendable {
    /// Unique within the process.
    let id: UInt64
    let identity: SessionIdentity
    let handler: NIOLoopBound<SessionHandler>

    var eventLoop: any EventLoop { self.handler.eventLoop }
}

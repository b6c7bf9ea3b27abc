import NIOCore

/// The life of a connection after admission, without I/O.
///
/// open → draining → closed, or open → closed. A request that runs when the process stops is waited for (`stopping`).
enum SessionState {
    /// Frames are taken and sent.
    case open
    /// No more requests are taken; when the running one is answered, the connection drains.
    case stopping
    /// Nothing is taken any more; what is queued is written, then the peer has until the tick to close its side.
    case draining(untilTick: Int)
    /// Gone.
    case closed

    var isOpen: Bool {
        if case .open = self { return true }
        return false
    }

    /// Whether frames are still accepted for sending.
    var canSend: Bool {
        switch self {
        case .open, .stopping: true
        case .draining, .closed: false
        }
    }
}

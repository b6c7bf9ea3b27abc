/// How a wait for a socket ended.
enum SocketWait: Sendable, Equatable {
    /// The socket can be read or written, or has an error that reading will show.
    case ready
    /// The deadline passed.
    case timedOut
    /// The waiting task was cancelled.
    case cancelled
    /// The reactor has stopped.
    case closed
    /// The kernel refused the registration, with this `errno`.
    case failed(Int32)
}

/// A connection that a message is pushed to.
struct PushTarget: Sendable {
    /// Which of the request's users it belongs to.
    let userIndex: Int
    let session: SessionHandle
}

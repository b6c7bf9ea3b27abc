/// Names a request that waits for an answer.
struct GroupRequestID: Hashable, Sendable {
    let value: UInt64
}

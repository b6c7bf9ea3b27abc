/// What a load came to.
@usableFromInline
enum LocalCacheOutcome<Value: Sendable>: Sendable {
    case value(Value)
    case failure(any Error)
    /// The batch that loaded the key has nothing for it, or gave up; in an array of entries: unused.
    case absent
}

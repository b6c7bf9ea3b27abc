/// What a subscription hands to its reader.
public enum RedisSubscriptionEvent: Sendable, Hashable {
    /// A message that was published.
    ///
    /// A message on a channel that is subscribed to by name and matches two patterns comes three times, as Redis sends
    /// it. `channel` is where it was published; bytes that are not UTF-8 are repaired in it. `pattern` is the pattern
    /// that matched, or `nil` when the channel was subscribed to by name.
    case message(channel: String, pattern: String?, payload: [UInt8])
    /// Messages may have been missed here: between the event before this one and the event after it.
    case gap(RedisSubscriptionGap)
}

/// Which scores `ZADD` changes; new members are added in any case.
public enum RedisScoreChange: String, Sendable, Hashable {
    /// Only to greater ones.
    case raise = "GT"
    /// Only to smaller ones.
    case lower = "LT"
}

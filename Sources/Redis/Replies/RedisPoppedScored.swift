/// A member that was taken off one of several sorted sets.
public struct RedisPoppedScored<Member: RedisReply>: RedisReply {
    /// The key of the set.
    public var key: String
    /// The member.
    public var member: Member
    /// The score.
    public var score: Double

    /// A member of the set `key`.
    public init(key: String, member: Member, score: Double) {
        self.key = key
        self.member = member
        self.score = score
    }

    /// The three elements of an array.
    public init(reply value: RedisValue) throws(RedisError) {
        let parts = try value.elements(count: 3)
        self.key = try parts.decode(0)
        self.member = try parts.decode(1)
        self.score = try parts.decode(2)
    }
}

extension RedisPoppedScored: Equatable where Member: Equatable {}
extension RedisPoppedScored: Hashable where Member: Hashable {}

/// A member of a sorted set with its score.
public struct RedisScored<Member: RedisReply>: RedisReply {
    /// The member.
    public var member: Member
    /// The score.
    public var score: Double

    /// A member with its score.
    public init(member: Member, score: Double) {
        self.member = member
        self.score = score
    }

    /// The two elements of an array.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<Member, Double>(reply: value)
        self.init(member: halves.first, score: halves.second)
    }

    /// The members of an array in which members and scores alternate, as the server sends them.
    public static func _array(reply value: RedisValue) throws(RedisError) -> [RedisScored<Member>] {
        try RedisPair<Member, Double>.alternating(value).map { RedisScored(member: $0.first, score: $0.second) }
    }
}

extension RedisScored: Equatable where Member: Equatable {}
extension RedisScored: Hashable where Member: Hashable {}

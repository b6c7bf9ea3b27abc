/// How the replies of several nodes to one command become one reply.
enum ReplyMerge: Sendable, Equatable {
    /// The sum of integers.
    case sum
    /// The reply of the first node; the others say the same (`OK`, a digest).
    case first
    /// The elements of all arrays, one array after the other.
    case concatenation
    /// For each place of the arrays, 1 if it is 1 in all of them.
    case conjunction

    /// The one reply.
    ///
    /// - Parameter replies: at least one, no error among them.
    /// - Returns: the reply, an error if they do not fit together.
    func merged(_ replies: [RedisValue]) -> RedisValue {
        switch self {
        case .sum: self.sum(replies)
        case .first: replies.first ?? Self.mismatch
        case .concatenation: self.concatenation(replies)
        case .conjunction: self.conjunction(replies)
        }
    }

    /// What stands for replies that have other types than the command's.
    static let mismatch = RedisValue.error("ERR the replies of the nodes do not fit together")

    private func sum(_ replies: [RedisValue]) -> RedisValue {
        var sum: Int64 = 0
        for reply in replies {
            guard case .integer(let value) = reply else { return Self.mismatch }
            sum &+= value
        }
        return .integer(sum)
    }

    private func concatenation(_ replies: [RedisValue]) -> RedisValue {
        var all: [RedisValue] = []
        for reply in replies {
            guard case .array(let values) = reply else { return Self.mismatch }
            all += values
        }
        return .array(all)
    }

    private func conjunction(_ replies: [RedisValue]) -> RedisValue {
        guard case .array(var all)? = replies.first else { return Self.mismatch }
        for reply in replies.dropFirst() {
            guard case .array(let values) = reply, values.count == all.count else { return Self.mismatch }
            for (index, value) in values.enumerated() where value != .integer(1) { all[index] = value }
        }
        return .array(all)
    }
}

/// Where the keys of a command stand.
///
/// Positions count as `COMMAND` of the server does: the name is 0, the first argument 1.
enum KeyLayout: Sendable, Equatable {
    /// No keys.
    case none
    /// Every `step`-th position from `first` to `last`; a negative `last` counts from the end, -1 being the last.
    case range(first: Int, last: Int, step: Int)
    /// As many keys as the number at position `count` says, right after it, and one at `destination`.
    case counted(destination: Int?, count: Int)
    /// `XREAD`, `XREADGROUP`: the first half of what follows `STREAMS`.
    case streams
    /// `SORT`: the first position and what follows the last `STORE`.
    case sort
    /// `GEORADIUS` and its kin: the first position and what follows `STORE` and `STOREDIST`, from position `options`.
    case geographicRadius(options: Int)
    /// `MIGRATE`: position 3, or all that follow `KEYS`.
    case migrate
    /// Position 2, if position 1 is one of these words.
    case afterSubcommand([String])

    /// One key, at the first position.
    static let single = KeyLayout.range(first: 1, last: 1, step: 1)

    /// The indices of the keys in the arguments, in the order of the server's `COMMAND GETKEYS`.
    ///
    /// - Parameter arguments: the arguments after the name.
    /// - Returns: the indices; none when these arguments name no key; `nil` when they are not as the command demands.
    func indices(in arguments: [RedisArgument]) -> [Int]? {
        switch self {
        case .none: []
        case .range(let first, let last, let step):
            Self.range(first: first, last: last, step: step, arguments)
        case .counted(let destination, let count):
            Self.counted(destination: destination, count: count, arguments)
        case .streams: Self.streams(arguments)
        case .sort: Self.sort(arguments)
        case .geographicRadius(let options): Self.geographicRadius(options: options, arguments)
        case .migrate: Self.migrate(arguments)
        case .afterSubcommand(let words): Self.afterSubcommand(words, arguments)
        }
    }

    private static func range(first: Int, last: Int, step: Int, _ arguments: [RedisArgument]) -> [Int]? {
        let lastPosition = last < 0 ? arguments.count + 1 + last : last
        guard first <= lastPosition, lastPosition <= arguments.count else { return nil }
        return Array(stride(from: first - 1, through: lastPosition - 1, by: step))
    }

    private static func counted(destination: Int?, count: Int, _ arguments: [RedisArgument]) -> [Int]? {
        guard arguments.count >= count, let keyCount = arguments[count - 1].number,
            0...(arguments.count - count) ~= keyCount
        else { return nil }
        return (destination.map { [$0 - 1] } ?? []) + Array(count..<(count + keyCount))
    }

    private static func streams(_ arguments: [RedisArgument]) -> [Int]? {
        var index = 0
        while index < arguments.count, !arguments[index].isWord("STREAMS") {
            if arguments[index].isWord("BLOCK") || arguments[index].isWord("COUNT") {
                index += 2
            } else if arguments[index].isWord("GROUP") {
                index += 3
            } else if arguments[index].isWord("NOACK") {
                index += 1
            } else {
                return nil
            }
        }
        let rest = arguments.count - index - 1
        guard rest > 0, rest.isMultiple(of: 2) else { return nil }
        return Array((index + 1)..<(index + 1 + rest / 2))
    }

    private static func sort(_ arguments: [RedisArgument]) -> [Int]? {
        guard !arguments.isEmpty else { return nil }
        var destination: Int?
        var index = 1
        while index < arguments.count {
            if arguments[index].isWord("LIMIT") {
                index += 2
            } else if arguments[index].isWord("GET") || arguments[index].isWord("BY") {
                index += 1
            } else if arguments[index].isWord("STORE"), index + 1 < arguments.count {
                destination = index + 1
                index += 1
            }
            index += 1
        }
        return [0] + (destination.map { [$0] } ?? [])
    }

    private static func geographicRadius(options: Int, _ arguments: [RedisArgument]) -> [Int]? {
        guard !arguments.isEmpty else { return nil }
        var indices = [0]
        for word in ["STORE", "STOREDIST"] {
            let index = arguments.indices.dropFirst(options - 1).first { arguments[$0].isWord(word) }
            guard let index else { continue }
            guard index + 1 < arguments.count else { return nil }
            indices.append(index + 1)
        }
        return indices
    }

    private static func migrate(_ arguments: [RedisArgument]) -> [Int]? {
        guard arguments.count >= 5 else { return nil }
        var index = 5
        while index < arguments.count {
            if arguments[index].isWord("KEYS") {
                // The key at position 3 must then be empty.
                guard arguments[2] == "" || arguments[2] == .bytes([]) else { return nil }
                return Array((index + 1)..<arguments.count)
            }
            if arguments[index].isWord("AUTH") {
                index += 1
            } else if arguments[index].isWord("AUTH2") {
                index += 2
            }
            index += 1
        }
        return [2]
    }

    private static func afterSubcommand(_ words: [String], _ arguments: [RedisArgument]) -> [Int]? {
        guard let subcommand = arguments.first else { return nil }
        guard words.contains(where: subcommand.isWord) else { return [] }
        return arguments.count > 1 ? [1] : nil
    }
}

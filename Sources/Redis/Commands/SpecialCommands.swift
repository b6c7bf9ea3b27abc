/// The commands that cannot go over just any connection.
///
/// It is asked for every command, so an ordinary name costs a look at its length, its first and its last letter only.
enum SpecialCommands {
    private enum Rule {
        case always(ConnectionNeeds)
        /// By the first argument: the needs of those listed; all others are ordinary.
        case subcommands([(name: String, needs: ConnectionNeeds)])
        /// Only with the option `BLOCK`.
        case ifBlocking
    }

    private struct Entry {
        let name: [UInt8]
        let rule: Rule
    }

    /// The needs of the command `name` with `arguments`.
    static func needs(_ name: String, _ arguments: [RedisArgument]) -> ConnectionNeeds {
        guard let first = name.utf8.first, let last = name.utf8.last else {
            return .refused(reason: "a command needs a name")
        }
        let letter = Int(first & 0xDF) - 0x41
        guard 0..<26 ~= letter else { return .shared }
        let key = self.key(length: name.utf8.count, last: last)
        guard self.keys[letter] & key == key else { return .shared }
        return self.rareNeeds(name, letter, arguments)
    }

    /// Kept out of the way of the ordinary command.
    @inline(never)
    private static func rareNeeds(_ name: String, _ letter: Int, _ arguments: [RedisArgument]) -> ConnectionNeeds {
        for entry in self.entries[letter] where self.equal(name.utf8, entry.name) {
            return self.needs(entry, arguments)
        }
        return .shared
    }

    /// Two bits: one for the length, one for the last letter in capitals.
    private static func key(length: Int, last: UInt8) -> UInt64 {
        1 << UInt64(min(length, 31)) | 1 << UInt64(32 + UInt64(last & 0x1F))
    }

    private static func needs(_ entry: Entry, _ arguments: [RedisArgument]) -> ConnectionNeeds {
        switch entry.rule {
        case .always(let needs):
            return needs
        case .ifBlocking:
            return CommandOptions.blockMilliseconds(arguments) == nil ? .shared : self.blocking
        case .subcommands(let subcommands):
            guard let word = arguments.first?.uppercasedWord else { return .shared }
            return subcommands.first { $0.name == word }?.needs ?? .shared
        }
    }

    /// Compares without regard to the case of ASCII letters; `upper` is in capitals.
    private static func equal(_ letters: String.UTF8View, _ upper: [UInt8]) -> Bool {
        guard letters.count == upper.count else { return false }
        var position = 0
        for letter in letters {
            guard letter & 0xDF == upper[position] else { return false }
            position += 1
        }
        return true
    }

    private static let blocking = ConnectionNeeds.dedicated(reason: "it blocks its connection")
    private static let transaction = ConnectionNeeds.dedicated(reason: "it belongs to a transaction")
    private static let named = ConnectionNeeds.dedicated(reason: "it changes its connection")
    private static let handshake = ConnectionNeeds.refused(reason: "the configuration says who connects and where to")
    private static let subscribing = ConnectionNeeds.refused(reason: "subscriptions have a connection of their own")
    private static let silencing = ConnectionNeeds.refused(reason: "every command must have exactly one reply")
    private static let routing = ConnectionNeeds.refused(reason: "the client itself decides where commands go")

    private static let rules: [(names: [String], rule: Rule)] = [
        (["AUTH", "SELECT", "HELLO", "RESET", "QUIT"], .always(handshake)),
        (["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"], .always(subscribing)),
        (["UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"], .always(subscribing)),
        (["MONITOR", "SYNC", "PSYNC", "REPLCONF"], .always(silencing)),
        (["ASKING", "READONLY", "READWRITE"], .always(routing)),
        (["BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP"], .always(blocking)),
        (["BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF"], .always(blocking)),
        (["XREAD", "XREADGROUP"], .ifBlocking),
        (["WATCH", "UNWATCH", "MULTI", "EXEC", "DISCARD"], .always(transaction)),
        (["SCRIPT"], .subcommands([("DEBUG", silencing)])),
        (
            ["CLIENT"],
            .subcommands([
                ("REPLY", silencing), ("TRACKING", silencing), ("CACHING", silencing), ("SETNAME", named),
                ("NO-EVICT", named), ("NO-TOUCH", named),
            ])
        ),
    ]

    /// The entries by first letter.
    private static let entries: [[Entry]] = {
        var entries = [[Entry]](repeating: [], count: 26)
        for (names, rule) in rules {
            for name in names {
                let name = Array(name.utf8)
                entries[Int(name[0] - 0x41)].append(Entry(name: name, rule: rule))
            }
        }
        return entries
    }()

    /// By first letter, the bits of all entries: what lacks either bit of its own is none of them.
    private static let keys: [UInt64] = entries.map { entries in
        entries.reduce(0) { $0 | key(length: $1.name.count, last: $1.name[$1.name.count - 1]) }
    }
}

extension RedisArgument {
    /// The argument in capitals if it is a short word, as options are.
    var uppercasedWord: String? {
        switch self {
        case .string(let text): text.utf8.count <= 16 ? text.uppercased() : nil
        case .bytes(let bytes): bytes.count <= 16 ? String(decoding: bytes, as: UTF8.self).uppercased() : nil
        case .integer: nil
        }
    }
}

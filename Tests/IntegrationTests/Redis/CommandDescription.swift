@testable import Redis

/// An element of the reply to `COMMAND`.
struct CommandDescription {
    private let name: String
    private let flags: [String]
    private let first: Int64
    private let last: Int64
    private let step: Int64
    private let subcommands: [CommandDescription]

    init(_ value: RedisValue) throws {
        let parts = try value.decode(as: [RedisValue].self)
        guard parts.count >= 6 else { throw RedisError(.unexpectedReply, "COMMAND") }
        self.name = try parts[0].decode(as: String.self).uppercased()
        self.flags = try parts[2].decode(as: [String].self)
        self.first = try parts[3].decode(as: Int64.self)
        self.last = try parts[4].decode(as: Int64.self)
        self.step = try parts[5].decode(as: Int64.self)
        self.subcommands =
            parts.count >= 10 ? try parts[9].decode(as: [RedisValue].self).map(CommandDescription.init) : []
    }

    /// What is different in the client's table; `nil` if nothing is.
    var difference: String? {
        guard let traits = CommandTable.traits(of: self.name) else { return "\(self.name): not in the table" }
        let keyed = self.subcommands.filter { $0.first > 0 }
        if let odd = keyed.first(where: { $0.first != 2 || $0.last != 2 }) { return "\(odd.name): other position" }
        if !keyed.isEmpty {
            let names = keyed.compactMap { $0.name.split(separator: "|").last.map(String.init) }.sorted()
            return traits.keys == .afterSubcommand(names) ? nil : "\(self.name): \(names)"
        }
        // Its keys move, but the first is all that it has: others are refused by a cluster.
        if self.name == "SORT_RO" { return traits.keys == .single ? nil : self.name }
        if self.flags.contains("movablekeys") {
            switch traits.keys {
            case .none, .range, .afterSubcommand: return "\(self.name): its keys move"
            case .counted, .streams, .sort, .geographicRadius, .migrate: return nil
            }
        }
        let range = KeyLayout.range(first: Int(self.first), last: Int(self.last), step: Int(self.step))
        let expected = self.first == 0 ? KeyLayout.none : range
        return traits.keys == expected ? nil : "\(self.name): \(expected) is not \(traits.keys)"
    }
}

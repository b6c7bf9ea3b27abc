/// What an error reply says about where or when the command can be carried out instead.
///
/// A server that answers so has not begun with the command.
enum Redirection: Sendable, Equatable {
    /// The slot is served by this node from now on; `nil` where the server does not know its address.
    case moved(HashSlot, RedisEndpoint?)
    /// This one command is served by this node, after `ASKING`; `nil` as above.
    case ask(RedisEndpoint?)
    /// The same node or another one will take it soon. With `changesNode` the cluster may be about to elect another
    /// master, and so its topology must be read again.
    case later(changesNode: Bool)

    /// Reads an error reply.
    ///
    /// The result is `nil` for errors that are answers to the command, and for errors out of a script that had
    /// begun.
    ///
    /// - Parameters:
    ///   - text: its text.
    ///   - node: who sent it, whose host is meant where the text has none.
    init?(_ text: String, from node: RedisEndpoint) {
        switch RedisServerErrorText.name(of: text) {
        case "MOVED":
            let words = text.split(separator: " ")
            guard words.count >= 3, let slot = Int(words[1]).flatMap({ HashSlot($0) }) else { return nil }
            self = .moved(slot, Self.endpoint(words[2], node))
        case "ASK":
            let words = text.split(separator: " ")
            guard words.count >= 3, let slot = Int(words[1]), HashSlot(slot) != nil else { return nil }
            self = .ask(Self.endpoint(words[2], node))
        case "TRYAGAIN": self = .later(changesNode: false)
        case "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY": self = .later(changesNode: true)
        default: return nil
        }
        if RedisServerErrorText.mayHaveBeenApplied(text) { return nil }
    }

    /// Reads `host:port`; the last colon counts, because an IPv6 address has others.
    private static func endpoint(_ text: Substring, _ node: RedisEndpoint) -> RedisEndpoint? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            1...65_535 ~= port
        else { return nil }
        let host = text[..<colon]
        // Redis 7 writes `?` for a host name that it does not know.
        guard host != "?" else { return nil }
        return RedisEndpoint(host: host.isEmpty ? node.host : String(host), port: port)
    }
}

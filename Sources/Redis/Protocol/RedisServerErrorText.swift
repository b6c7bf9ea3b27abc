/// What can be learned from the text of an error reply.
enum RedisServerErrorText {
    /// Errors that go away by themselves: loading, failover, a long script.
    private static let transientNames: Set<Substring> = [
        "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "NOREPLICAS",
    ]

    /// Errors by which the server says that it did not begin with the command.
    private static let refusedNames: Set<Substring> = [
        "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "NOREPLICAS", "NOSCRIPT", "NOAUTH",
        "NOPERM", "WRONGPASS", "WRONGTYPE", "MOVED", "ASK", "CROSSSLOT", "OOM", "MISCONF", "EXECABORT", "NOPROTO",
        "UNBLOCKED",
    ]

    /// Errors by which a server of a cluster, or one that was a master, says that another one should have been asked.
    private static let elsewhereNames: Set<Substring> = ["MOVED", "ASK", "UNBLOCKED"]

    private static let lengthMax = 512

    /// The first word, in capitals by convention.
    static func name(of text: String) -> Substring {
        text.prefix { $0 != " " }
    }

    static func isTransient(_ text: String) -> Bool {
        self.transientNames.contains(self.name(of: text)) || text.hasPrefix("ERR max number of clients")
    }

    /// Whether the server did not begin with the command, and the same server or another one may do so later.
    static func isRefusedForNow(_ text: String) -> Bool {
        guard !self.mayHaveBeenApplied(text) else { return false }
        return self.isTransient(text) || self.elsewhereNames.contains(self.name(of: text))
    }

    /// Whether the command may have had an effect although it failed.
    ///
    /// An error inside a script (Redis 7 appends `script: <sha>`) comes after whatever the script wrote before it.
    static func mayHaveBeenApplied(_ text: String) -> Bool {
        guard self.refusedNames.contains(self.name(of: text)) else { return true }
        return text.contains("script: ")
    }

    /// The text without what the caller sent: the server repeats the arguments of commands that it does not know.
    static func redacted(_ text: String) -> String {
        var text = text
        if let echo = text.range(ofFirst: ", with args beginning with") {
            text = String(text[..<echo])
        }
        // `ERR unknown subcommand 'word'. Try OBJECT HELP.` and `ERR Unknown argument 'word'` repeat one argument.
        if let quote = text.firstIndex(of: "'"), let end = text.lastIndex(of: "'"), quote < end,
            text.hasPrefix("ERR "), text.dropFirst(4).lowercased().hasPrefix("unknown ")
        {
            let isCommand = text.dropFirst(4).lowercased().hasPrefix("unknown command ")
            if !isCommand { text.replaceSubrange(text.index(after: quote)..<end, with: "…") }
        }
        return text.count <= self.lengthMax ? text : String(text.prefix(self.lengthMax)) + "…"
    }
}

extension String {
    /// Where `needle` begins for the first time.
    fileprivate func range(ofFirst needle: String) -> String.Index? {
        self.indices.first { self[$0...].hasPrefix(needle) }
    }
}

extension RedisError {
    /// The error for the error reply `text`.
    static func server(_ text: String) -> RedisError {
        RedisError(
            .server,
            RedisServerErrorText.redacted(text),
            mayHaveBeenApplied: RedisServerErrorText.mayHaveBeenApplied(text)
        )
    }
}

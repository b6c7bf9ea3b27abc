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
    ]

    private static let lengthMax = 512

    /// The first word, in capitals by convention.
    static func name(of text: String) -> Substring {
        text.prefix { $0 != " " }
    }

    static func isTransient(_ text: String) -> Bool {
        self.transientNames.contains(self.name(of: text)) || text.hasPrefix("ERR max number of clients")
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

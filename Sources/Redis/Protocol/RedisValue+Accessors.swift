extension RedisValue {
    /// Whether the reply is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// Decodes the reply.
    ///
    /// - Parameter type: what to decode into.
    /// - Returns: the decoded reply.
    /// - Throws: `.server` for an error reply, `.unexpectedReply` when the reply has another type or does not fit; the text
    ///   names types and sizes, never content.
    @inlinable
    public func decode<Reply: RedisReply>(as type: Reply.Type = Reply.self) throws(RedisError) -> Reply {
        try Reply(reply: self)
    }

    /// What the reply is, without its content.
    var typeName: String {
        switch self {
        case .null: "null"
        case .integer: "integer"
        case .string(let bytes): "string of \(bytes.count) bytes"
        case .status: "status"
        case .array(let values): "array of \(values.count)"
        case .error: "error"
        }
    }

    /// The error for a reply that is not what was expected: its own if it is an error reply.
    ///
    /// The command has been carried out in either case, unless an error reply says otherwise.
    @usableFromInline
    func mismatch(_ expected: @autoclosure () -> String) -> RedisError {
        if case .error(let text) = self { return .server(text) }
        return RedisError(.unexpectedReply, "expected \(expected()), got \(self.typeName)", mayHaveBeenApplied: true)
    }
}

extension RedisError {
    /// The same error of an element, with the element's place before the text: `[3][1]: expected …`.
    ///
    /// An error of the server keeps its text, whose first word is its name.
    @usableFromInline
    func inside(_ index: Int) -> RedisError {
        guard self.code == .unexpectedReply else { return self }
        var error = self
        error.message = "[\(index)]" + (self.message.hasPrefix("[") ? "" : ": ") + self.message
        return error
    }
}

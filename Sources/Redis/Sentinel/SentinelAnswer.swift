/// What one sentinel says about a master.
struct SentinelAnswer: Sendable, Equatable {
    /// Where the master is; `nil` when the sentinel watches no master of that name.
    var master: RedisEndpoint?
    /// The version of the sentinel's knowledge, which every failover raises; `nil` when it does not tell.
    var epoch: Int64?
    /// The other sentinels of the master, as far as it knows them.
    var sentinels: [RedisEndpoint]
    /// Why it does not answer, as `NOPERM`, although it was reached.
    var refusal: String?

    /// The questions, sent together.
    ///
    /// Only the first is indispensable: a user of the sentinel may lack the right to ask the others.
    static func questions(about name: String) -> [RawCommand] {
        ["GET-MASTER-ADDR-BY-NAME", "MASTER", "SENTINELS"].map { question in
            RawCommand("SENTINEL", [.string(question), .string(name)])
        }
    }

    /// Understands the replies to `questions(about:)`.
    init(replies: [RedisValue]) {
        self.sentinels = []
        switch replies.first {
        case .array(let parts)?:
            self.master = Self.endpoint(host: parts.first, port: parts.dropFirst().first)
            if self.master == nil { self.refusal = "an address that cannot be understood" }
        case .error(let text)?:
            self.refusal = RedisServerErrorText.redacted(text)
        case .null?:
            break
        default:
            self.refusal = "a reply that cannot be understood"
        }
        if replies.count > 1, let value = Self.fields(replies[1])["config-epoch"] { self.epoch = Int64(value) }
        if replies.count > 2, case .array(let others) = replies[2] {
            self.sentinels = others.compactMap { other in
                let fields = Self.fields(other)
                return Self.endpoint(host: fields["ip"], port: fields["port"])
            }
        }
    }

    private static func endpoint(host: RedisValue?, port: RedisValue?) -> RedisEndpoint? {
        self.endpoint(host: host.flatMap(self.text), port: port.flatMap(self.text))
    }

    static func endpoint(host: String?, port: String?) -> RedisEndpoint? {
        guard let host, !host.isEmpty, let port = port.flatMap({ Int($0) }), 1...65_535 ~= port else { return nil }
        return RedisEndpoint(host: host, port: port)
    }

    /// The texts of an array in which names and values alternate.
    private static func fields(_ value: RedisValue) -> [String: String] {
        guard case .array(let parts) = value else { return [:] }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            if let name = self.text(parts[index]), let text = self.text(parts[index + 1]) { fields[name] = text }
        }
        return fields
    }

    private static func text(_ value: RedisValue) -> String? {
        switch value {
        case .string(let bytes): String(validating: bytes, as: UTF8.self)
        case .status(let text): text
        case .integer(let number): String(number)
        case .null, .array, .error: nil
        }
    }
}

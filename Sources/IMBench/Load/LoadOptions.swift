import ArgumentParser

/// The options of a load.
struct LoadOptions: ParsableArguments {
    @Option(help: "Users, each with one connection.")
    var connections = 200

    @Option(help: "Members of a chat: 2 for single chats, more for groups, which are put into Postgres directly.")
    var chatSize = 2

    @Option(help: "How many members of each chat send; both of a pair and one of a group when not given.")
    var sendersPerChat: Int?

    @Option(help: "Messages a second of all senders together, sent at fixed times whatever the server does.")
    var rate: Double?

    @Option(help: "Without --rate: how many messages each sender keeps unanswered.")
    var window = 4

    @Option(help: "Seconds of sending after the warm-up.")
    var duration = 10.0

    @Option(help: "Send so many messages in all instead, warm-up included.")
    var messages: Int?

    @Option(help: "Seconds of sending before the measurement begins.")
    var warmUp = 2.0

    @Option(help: "Bytes of a message's content.")
    var body = 100

    @Option(help: "gzip as OpenIM's clients do, stored (gzip without compressing, cheaper for this program), or none.")
    var compression = "gzip"

    @Option(help: "A gateway, HOST:PORT; several share the users. From the configuration when not given.")
    var gateway: [String] = []

    @Flag(help: "A user whose connection breaks stays away, and what had no answer is not sent again.")
    var noReconnect = false

    @Option(help: "Seconds without an answer after which a connection is given up.")
    var answerTimeout = 10.0

    @Option(help: "The most seconds to wait at the end for what is under way.")
    var drain = 30.0

    @Option(help: "Event loops, a thread each.")
    var threads = 1

    func validate() throws {
        guard (2...1_000_000).contains(self.connections) else { throw ValidationError("--connections: 2...1000000") }
        guard (2...100_000).contains(self.chatSize), self.connections.isMultiple(of: self.chatSize) else {
            throw ValidationError("--connections must be a multiple of --chat-size, which is 2...100000")
        }
        if let senders = self.sendersPerChat, !(1...self.chatSize).contains(senders) {
            throw ValidationError("--senders-per-chat: 1...\(self.chatSize)")
        }
        if let rate = self.rate, !(0.001...1_000_000).contains(rate) {
            throw ValidationError("--rate: 0.001...1000000")
        }
        guard (1...LoadPlan.unansweredMax).contains(self.window) else { throw ValidationError("--window: 1...10000") }
        guard (1...100_000_000).contains(self.messages ?? 1) else { throw ValidationError("--messages: 1...100000000") }
        guard (16...40_000).contains(self.body) else { throw ValidationError("--body: 16...40000") }
        guard LoadPlan.Compression(rawValue: self.compression) != nil else {
            throw ValidationError("--compression: gzip, stored or none")
        }
        let times = [self.duration, self.warmUp, self.answerTimeout, self.drain]
        guard times.allSatisfy({ (0...86_400).contains($0) }) else { throw ValidationError("times are 0...86400 s") }
        guard (1...64).contains(self.threads) else { throw ValidationError("--threads: 1...64") }
        for text in self.gateway where Self.gateway(text) == nil {
            throw ValidationError("--gateway \(text): HOST:PORT")
        }
    }

    /// The plan that the options stand for.
    ///
    /// - Parameter gateway: the one to use when none is named.
    /// - Returns: a plan, checked by `validate()`.
    func plan(default gateway: LoadPlan.Gateway) -> LoadPlan {
        var plan = LoadPlan()
        plan.connections = self.connections
        plan.chatSize = self.chatSize
        plan.sendersPerChat = self.sendersPerChat ?? (self.chatSize == 2 ? 2 : 1)
        plan.pace = self.rate.map { .rate($0) } ?? .saturation(window: self.window)
        plan.limit = self.messages.map { .messages($0) } ?? .duration(.seconds(self.duration))
        plan.warmUp = .seconds(self.warmUp)
        plan.bodyBytes = self.body
        plan.compression = LoadPlan.Compression(rawValue: self.compression) ?? .gzip
        let named = self.gateway.compactMap { Self.gateway($0) }
        plan.gateways = named.isEmpty ? [gateway] : named
        plan.reconnects = !self.noReconnect
        plan.answerTimeout = .seconds(self.answerTimeout)
        plan.drainMax = .seconds(self.drain)
        plan.threads = self.threads
        return plan
    }

    /// Reads `HOST:PORT`.
    static func gateway(_ text: String) -> LoadPlan.Gateway? {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        return LoadPlan.Gateway(host: String(text[..<colon]), port: Int(port))
    }
}

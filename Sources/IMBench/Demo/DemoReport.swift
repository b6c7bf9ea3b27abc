/// What the demo measured, and its verdict.
struct DemoReport: Sendable {
    var sent = 0
    var seqs: [Int64] = []
    var pulledSeqs: [Int64] = []
    var answerTimes: [Duration] = []
    var deliveryTimes: [Duration] = []
    var framesReceived: [(userID: String, count: Int)] = []
    /// Records that each topic took during the demo, and in all.
    var kafka: [(topic: String, added: Int64, total: Int64)] = []
    var problems: [String] = []

    /// Whether all messages arrived in order, can be pulled, and stand in each store once.
    func isComplete(_ holdings: DemoStores.Holdings) -> Bool {
        let expected = (1...Int64(max(self.sent, 1))).map { $0 }
        return self.problems.isEmpty && self.seqs == expected.dropLast() && self.pulledSeqs == expected
            && holdings.isComplete(self.sent)
    }

    func print(_ conversation: String, _ holdings: DemoStores.Holdings) {
        Swift.print("What each system holds of \(conversation):")
        for (topic, added, total) in self.kafka {
            self.row("Kafka \(topic)", "\(added) records added, \(total) in all")
        }
        self.row("Redis", "maximum seq \(holdings.redisSeq), \(holdings.redisMessages) messages cached")
        let mongo = holdings.mongo
        self.row("MongoDB", "\(mongo.messages) messages, seqs \(mongo.lowest) to \(mongo.highest), each once")
        let postgres = holdings.postgres
        self.row("Postgres", "\(postgres.rows) rows, seqs \(postgres.lowest) to \(postgres.highest), each once")
        for (userID, count) in self.framesReceived {
            self.row("WebSocket", "\(userID) received \(count) pushed messages, the copies of its own included")
        }
        self.row("send to answer", Self.summary(self.answerTimes))
        self.row("send to delivery", Self.summary(self.deliveryTimes))
        for problem in self.problems { self.row("PROBLEM", problem) }
        let verdict = self.isComplete(holdings) ? "complete: nothing lost, doubled or out of order" : "NOT COMPLETE"
        self.row("verdict", "\(self.sent) messages sent, \(verdict)")
    }

    private func row(_ name: String, _ text: String) {
        Swift.print("  \(name)\(String(repeating: " ", count: max(1, 20 - name.count)))\(text)")
    }

    private static func summary(_ times: [Duration]) -> String {
        let sorted = times.sorted()
        guard let first = sorted.first, let last = sorted.last else { return "none" }
        let median = sorted[sorted.count / 2]
        return "median \(median.inMilliseconds), fastest \(first.inMilliseconds), slowest \(last.inMilliseconds)"
    }
}

extension Duration {
    /// This duration as text in milliseconds with two decimals.
    var inMilliseconds: String {
        let (seconds, attoseconds) = self.components
        let hundredths = (Double(seconds) * 100_000 + Double(attoseconds) / 1e13).rounded()
        let whole = Int64(hundredths) / 100
        let rest = Int64(hundredths) % 100
        return "\(whole).\(rest < 10 ? "0" : "")\(rest) ms"
    }
}

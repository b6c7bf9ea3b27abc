import IMClient
import IMProtocol
import IMStorage
import ServerRuntime
import SwiftProtobuf

/// The script: register, log in, ten messages each way, one more while the receiver is away, and a look into the stores.
struct DemoConversation: Sendable {
    private static let messagesEachWay = 10

    let settings: ServerSettings
    let stores: DemoStores

    /// Plays the script and prints what happened.
    ///
    /// - Returns: whether everything arrived, in order, and stands in every store once.
    func run() async throws -> Bool {
        let api = APIClient(baseURL: self.settings.apiURL, curl: self.stores.curl)
        let suffix = String(UInt32.random(in: .min ... .max), radix: 36)
        let (ann, bob) = ("ann_\(suffix)", "bob_\(suffix)")
        let before = try await self.stores.kafkaOffsets()

        let admin = try await api.adminToken(secret: self.settings.secret, userID: self.settings.administrator)
        try await api.register([(ann, "Ann"), (bob, "Bob")], adminToken: admin)
        let annToken = try await api.userToken(of: ann, platform: .iOS, adminToken: admin)
        let bobToken = try await api.userToken(of: bob, platform: .web, adminToken: admin)
        print("registered \(ann) and \(bob) over \(self.settings.apiURL), each with a login token")

        let annUser = DemoUser(userID: ann, client: try await self.connect(ann, annToken, .iOS, .gob))
        let bobUser = DemoUser(userID: bob, client: try await self.connect(bob, bobToken, .web, .json))
        let gateway = "ws://\(self.settings.gateway.listenIP):\(self.settings.gateway.port)"
        print("connected to \(gateway): \(ann) with gob and gzip, as the native SDKs do, \(bob) with JSON\n")

        var report = DemoReport()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await annUser.listen() }
            group.addTask { await bobUser.listen() }
            for number in 1...Self.messagesEachWay {
                try await self.send("message \(number) of Ann", from: annUser, to: bobUser, &report)
                try await self.send("message \(number) of Bob", from: bobUser, to: annUser, &report)
            }
            await bobUser.client.close()
            print("\n\(bob) goes away; \(ann) sends one more")
            try await self.send("are you there?", from: annUser, to: nil, &report)
            try await self.comeBack(bob, bobToken, conversation: "si_\(ann)_\(bob)", &report)
            await annUser.client.close()
            try await group.waitForAll()
        }
        report.framesReceived = [(ann, annUser.arrivals.count), (bob, bobUser.arrivals.count)]
        return try await self.check(&report, conversation: "si_\(ann)_\(bob)", before)
    }

    private func connect(
        _ userID: String,
        _ token: String,
        _ platform: Platform,
        _ encoding: EnvelopeEncoding
    ) async throws -> IMClient {
        try await IMClient.connect(
            host: self.settings.gateway.listenIP,
            port: self.settings.gateway.port,
            userID: userID,
            token: token,
            platformID: platform.rawValue,
            encoding: encoding,
            compression: encoding == .gob
        )
    }

    /// Sends one message and waits until the receiver, if there is one, has it.
    private func send(
        _ text: String,
        from sender: DemoUser,
        to receiver: DemoUser?,
        _ report: inout DemoReport
    ) async throws {
        let peer = receiver?.userID ?? sender.userID.replacingPrefix("ann_", with: "bob_")
        let message = TextMessage.single(text, from: sender.userID, to: peer)
        let start = ContinuousClock.now
        let answer = try await sender.client.sendMessage(message)
        let answered = start.duration(to: .now)
        report.answerTimes.append(answered)
        report.sent += 1
        guard let receiver else {
            print("  \(sender.userID) -> (away)  answered after \(answered.inMilliseconds), id \(answer.serverMsgID)")
            return
        }
        guard let arrival = try await receiver.arrival(of: message.clientMsgID, within: .seconds(10)) else {
            report.problems.append("\"\(text)\" was accepted but did not arrive within 10 s")
            return
        }
        let delivered = start.duration(to: arrival.instant)
        report.deliveryTimes.append(delivered)
        report.seqs.append(arrival.message.seq)
        print(
            "  \(sender.userID) -> \(receiver.userID)  seq \(arrival.message.seq), delivered after \(delivered.inMilliseconds)"
        )
    }

    /// The receiver connects again, learns what it missed, and pulls it.
    private func comeBack(
        _ userID: String,
        _ token: String,
        conversation: String,
        _ report: inout DemoReport
    ) async throws {
        let client = try await self.connect(userID, token, .web, .json)
        var newest: Int64 = 0
        let deadline = Deadline.after(.seconds(10))
        while newest <= Int64(2 * Self.messagesEachWay), !deadline.hasPassed {
            newest = try await client.newestSeqs(userID: userID).maxSeqs[conversation] ?? 0
        }
        let pulled = try await client.pullByRange(
            .with {
                $0.userID = userID
                $0.seqRanges = [
                    .with {
                        $0.conversationID = conversation
                        $0.begin = 1
                        $0.end = newest
                        $0.num = newest
                    }
                ]
            }
        )
        let messages = pulled.msgs[conversation]?.msgs ?? []
        report.pulledSeqs = messages.map(\.seq)
        let missed = messages.last.map { String(decoding: $0.content, as: UTF8.self) } ?? "nothing"
        print(
            "\(userID) comes back: newest seq \(newest), pulls \(messages.count) messages, the missed one: \(missed)\n"
        )
        await client.close()
    }

    private func check(
        _ report: inout DemoReport,
        conversation: String,
        _ before: [(topic: String, records: Int64)]
    ) async throws -> Bool {
        let holdings = try await self.stores.holdings(of: conversation, count: report.sent, within: .seconds(20))
        let after = try await self.stores.kafkaOffsets()
        report.kafka = zip(before, after).map { ($0.topic, $1.records - $0.records, $1.records) }
        report.print(conversation, holdings)
        return report.isComplete(holdings)
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with replacement: String) -> String {
        self.hasPrefix(prefix) ? replacement + self.dropFirst(prefix.count) : self
    }
}

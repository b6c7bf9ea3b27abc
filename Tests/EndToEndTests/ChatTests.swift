import Foundation
import IMClient
import IMProtocol
import IMStorage
import Kafka
import ServerRuntime
import TestKit
import Testing

/// The path of a message through a real server and the live stack.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(5)))
struct ChatTests {
    @Test func `messages cross the pipeline once, in order, in every encoding`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let variants: [(EnvelopeEncoding, Bool)] = [(.gob, true), (.gob, false), (.json, true), (.json, false)]
            for (encoding, compression) in variants {
                try await self.chat(on: server, encoding, compression)
            }
            try await self.resend(on: server)
            try await self.catchUp(on: server)
            try await self.strangersSeeNothing(on: server)
            try await self.poisonDoesNotBlock(on: server)
            process.signal(SIGTERM)
            let code = try await process.wait(atMost: .seconds(20))
            #expect(code == 0, "\(process.errorOutput.suffix(2000))")
        }
    }

    /// Ten messages each way; both sides get all of them in order of seq, their own copies included.
    private func chat(on server: ServerUnderTest, _ encoding: EnvelopeEncoding, _ compression: Bool) async throws {
        let users = try await server.users(2)
        let clients = [
            try await server.connect(users[0], encoding: encoding, compression: compression),
            try await server.connect(users[1], encoding: encoding, compression: compression),
        ]
        let logs = [PushLog(), PushLog()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (client, log) in zip(clients, logs) { group.addTask { await log.follow(client) } }
            for number in 0..<20 {
                let (sender, receiver) = (number % 2, 1 - number % 2)
                let message = TextMessage.single("\(number)", from: users[sender].userID, to: users[receiver].userID)
                let answer = try await clients[sender].sendMessage(message)
                #expect(answer.clientMsgID == message.clientMsgID)
                #expect(answer.serverMsgID.count == 32)
            }
            for log in logs {
                let pushed = try await log.first(20)
                #expect(pushed.map(\.seq) == Array(1...20), "\(encoding) \(compression)")
                #expect(pushed.allSatisfy { $0.status == MessageStatus.sent.rawValue })
            }
            for client in clients { await client.close() }
            try await group.waitForAll()
        }
        let conversation = Self.conversation(users[0].userID, users[1].userID)
        let stored = try await server.stored(conversation, count: 20)
        #expect(stored.mongo.keys.sorted() == Array(1...20))
        #expect(stored.postgres == stored.mongo)
        #expect(Set(stored.mongo.values).count == 20)
    }

    /// A message that is sent again keeps its seq and its server id.
    private func resend(on server: ServerUnderTest) async throws {
        let users = try await server.users(2)
        let client = try await server.connect(users[0])
        let message = TextMessage.single("once", from: users[0].userID, to: users[1].userID)
        let answers = [
            try await client.sendMessage(message), try await client.sendMessage(message),
            try await client.sendMessage(message),
        ]
        #expect(Set(answers.map(\.serverMsgID)).count == 1)
        _ = try await client.sendMessage(TextMessage.single("next", from: users[0].userID, to: users[1].userID))
        let stored = try await server.stored(Self.conversation(users[0].userID, users[1].userID), count: 2)
        #expect(stored.mongo.keys.sorted() == [1, 2])
        #expect(stored.mongo[1] == message.clientMsgID)
        #expect(stored.postgres == stored.mongo)
        await client.close()
    }

    /// Who was away learns the newest seq and pulls what it missed, by range and by list.
    private func catchUp(on server: ServerUnderTest) async throws {
        let users = try await server.users(2)
        let conversation = Self.conversation(users[0].userID, users[1].userID)
        let sender = try await server.connect(users[0])
        for number in 1...3 {
            let message = TextMessage.single("missed \(number)", from: users[0].userID, to: users[1].userID)
            _ = try await sender.sendMessage(message)
        }
        let receiver = try await server.connect(users[1])
        let isKnown = try await eventually {
            try await receiver.newestSeqs(userID: users[1].userID).maxSeqs[conversation] == 3
        }
        #expect(isKnown)
        var range = Openim_Sdkws_SeqRange()
        range.conversationID = conversation
        (range.begin, range.end, range.num) = (0, 3, 2)
        var byRange = Openim_Sdkws_PullMessageBySeqsReq()
        byRange.userID = users[1].userID
        byRange.seqRanges = [range]
        let ranged = try await receiver.pullByRange(byRange).msgs[conversation]
        #expect(ranged?.msgs.map(\.seq) == [2, 3])
        #expect(ranged?.isEnd == true)
        var list = Openim_Msg_ConversationSeqs()
        list.conversationID = conversation
        list.seqs = [3, 1, 99]
        var byList = Openim_Msg_GetSeqMessageReq()
        byList.userID = users[1].userID
        byList.conversations = [list]
        let listed = try await receiver.pullBySeqs(byList).msgs[conversation]
        #expect(listed?.msgs.map(\.seq) == [3, 1])
        #expect(listed?.msgs.first.map { String(decoding: $0.content, as: UTF8.self) } == #"{"content":"missed 3"}"#)
        await sender.close()
        await receiver.close()
    }

    /// Nobody reads other people's conversations, or speaks in their name.
    private func strangersSeeNothing(on server: ServerUnderTest) async throws {
        let users = try await server.users(3)
        let conversation = Self.conversation(users[0].userID, users[1].userID)
        let sender = try await server.connect(users[0])
        _ = try await sender.sendMessage(TextMessage.single("private", from: users[0].userID, to: users[1].userID))
        _ = try await server.stored(conversation, count: 1)
        let stranger = try await server.connect(users[2])
        var range = Openim_Sdkws_SeqRange()
        range.conversationID = conversation
        (range.begin, range.end, range.num) = (1, 10, 10)
        var request = Openim_Sdkws_PullMessageBySeqsReq()
        request.userID = users[2].userID
        request.seqRanges = [range]
        let pulled = try await stranger.pullByRange(request)
        #expect(pulled.msgs.isEmpty)
        request.userID = users[1].userID
        let denied = await Self.code { _ = try await stranger.pullByRange(request) }
        #expect(denied == ErrorCode.noPermission.rawValue)
        let forged = TextMessage.single("forged", from: users[0].userID, to: users[1].userID)
        let refused = await Self.code { _ = try await stranger.sendMessage(forged) }
        #expect(refused == ErrorCode.noPermission.rawValue)
        await sender.close()
        await stranger.close()
    }

    /// A record that is no message goes to the dead letters; the messages behind it pass.
    private func poisonDoesNotBlock(on server: ServerUnderTest) async throws {
        let users = try await server.users(2)
        let key = String(Self.conversation(users[0].userID, users[1].userID).dropFirst(3))
        let poison = KafkaProducerRecord(
            topic: server.topics.toRedis,
            key: Array(key.utf8),
            value: [0xff, 0xff, 0xff, 0xff, 0xff]
        )
        let delivery = try await server.producer.send(poison)
        let client = try await server.connect(users[0])
        _ = try await client.sendMessage(TextMessage.single("behind", from: users[0].userID, to: users[1].userID))
        let stored = try await server.stored(Self.conversation(users[0].userID, users[1].userID), count: 1)
        #expect(stored.mongo.count == 1)
        let letters = try await self.deadLetters(on: server)
        #expect(letters.contains { $0.value == poison.value })
        let headers = letters.last?.headers ?? []
        #expect(headers.contains { $0.key == "deadLetter.offset" && $0.value == Array("\(delivery.offset)".utf8) })
        #expect(headers.contains { $0.key == "deadLetter.topic" && $0.value == Array(server.topics.toRedis.utf8) })
        await client.close()
    }

    private func deadLetters(on server: ServerUnderTest) async throws -> [KafkaRecord] {
        let topic = "\(server.topics.toRedis).deadLetter"
        var letters: [KafkaRecord] = []
        let count = try await server.log.partitionCount(topic: topic, deadline: .after(.seconds(5))) ?? 0
        for partition in 0..<count {
            let deadline = Deadline.after(.seconds(5))
            let end = try await server.log.watermarks(topic: topic, partition: partition, deadline: deadline)
            guard end.high > end.low else { continue }
            try await server.log.read(
                topic: topic,
                partition: partition,
                from: end.low,
                to: end.high,
                deadline: deadline
            ) {
                letters += $0
            }
        }
        return letters
    }

    private static func conversation(_ left: String, _ right: String) -> String {
        "si_" + [left, right].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "_")
    }

    private static func code(_ body: () async throws -> Void) async -> Int32? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? IMError)?.code
        }
    }
}

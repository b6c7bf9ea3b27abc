import SwiftProtobuf
import TestKit
import Testing

@testable import IMProtocol

@Suite struct ConversationIDTests {
    private func message(
        _ sessionType: Int32,
        from sender: String = "u2",
        to receiver: String = "u10",
        group: String = "g9",
        isNotification: Bool = false
    ) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sender
            $0.recvID = receiver
            $0.groupID = group
            $0.sessionType = sessionType
            if isNotification { $0.switchOff(.isNotNotification) }
        }
    }

    @Test(arguments: [
        (Int32(1), "si_u10_u2", "n_u10_u2", "u10_u2"), (2, "g_g9", "n_g9", "g9"), (3, "sg_g9", "n_g9", "g9"),
        (4, "sn_u10_u2", "n_u10_u2", "u10_u2"),
    ])
    func `each session type has a chat, a notification conversation and a key`(
        sessionType: Int32,
        chat: String,
        notification: String,
        key: String
    ) {
        let ordinary = self.message(sessionType)
        let note = self.message(sessionType, isNotification: true)
        #expect(ConversationID.chat(ordinary) == chat)
        #expect(ConversationID.of(ordinary) == chat)
        #expect(ConversationID.notification(ordinary) == notification)
        #expect(ConversationID.of(note) == notification)
        #expect(ConversationID.kafkaKey(ordinary) == key)
        #expect(ConversationID.kafkaKey(note) == key, "a chat and its notifications share a partition")
        #expect(ConversationID.notificationTwin(of: chat) == notification)
    }

    @Test(arguments: [Int32.min, -1, 0, 5, .max]) func `an unknown session type has none`(sessionType: Int32) {
        let message = self.message(sessionType)
        #expect(ConversationID.chat(message) == nil)
        #expect(ConversationID.notification(message) == nil)
        #expect(ConversationID.of(message) == nil)
        #expect(ConversationID.kafkaKey(message) == nil)
    }

    @Test(arguments: [
        // U+00E9 and its decomposed form are equal as Swift strings, but not as ids.
        ("e\u{301}", "\u{e9}"), ("Z", "a"), ("10", "9"), ("a", "ab"), ("_", "a"), ("a", "用户"), ("\u{ff21}", "😀"),
        ("", "a"), ("\u{e9}", "\u{212b}"), ("\u{e5}", "\u{212b}"),
    ])
    func `ids are ordered by their bytes, whoever sends`(low: String, high: String) {
        let expected = Array("si_\(low)_\(high)".utf8)
        #expect(ConversationID.chat(self.message(1, from: low, to: high)).map { Array($0.utf8) } == expected)
        #expect(ConversationID.chat(self.message(1, from: high, to: low)).map { Array($0.utf8) } == expected)
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `both sides of any pair name the same conversation`(seed: Seed) {
        var random = seed.generator()
        let alphabet = ["a", "Z", "_", "0", "é", "e\u{301}", "用", "😀", "\u{10ffff}", ":"]
        func id() -> String {
            (0..<Int.random(in: 1...5, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) }
                .joined()
        }
        for _ in 0..<500 {
            let (left, right) = (id(), id())
            let there = ConversationID.chat(self.message(1, from: left, to: right)).map { Array($0.utf8) }
            let back = ConversationID.chat(self.message(1, from: right, to: left)).map { Array($0.utf8) }
            #expect(there == back, "\(seed): \(left) \(right)")
            let sorted = [Array(left.utf8), Array(right.utf8)].sorted { $0.lexicographicallyPrecedes($1) }
            #expect(there == Array("si_".utf8) + sorted[0] + [UInt8(ascii: "_")] + sorted[1], "\(seed)")
        }
    }

    @Test(arguments: [
        ("si_a_b", "n_a_b"), ("sg_g", "n_g"), ("sn_a_b", "n_a_b"), ("g_x_y", "n_x_y"), ("n_a_b", "n_a_b"),
        ("odd", "n_odd"), ("", "n_"), ("_a", "n_a"),
    ])
    func `a twin has n in place of what stands before the first underscore`(id: String, twin: String) {
        #expect(ConversationID.notificationTwin(of: id) == twin)
    }

    @Test func `a notification conversation begins with n and an underscore`() {
        #expect(ConversationID.isNotification("n_a_b"))
        #expect(ConversationID.isNotification(ConversationID.ownNotifications(of: "u")))
        #expect(!ConversationID.isNotification("sn_a_b"))
        #expect(!ConversationID.isNotification("n"))
        #expect(ConversationID.ownNotifications(of: "u_1") == "n_u_1_u_1")
    }

    @Test func `a user's notifications to itself are its own notification conversation`() {
        let message = self.message(1, from: "u", to: "u", isNotification: true)
        #expect(ConversationID.of(message) == ConversationID.ownNotifications(of: "u"))
    }

    @Test(arguments: ["si_a_b", "sg_g1", "sn_a_b", "g_x"]) func `a chat is among those of its notification twin`(
        chat: String
    ) {
        let twin = ConversationID.notificationTwin(of: chat)
        #expect(ConversationID.chats(ofTwin: twin).contains(chat))
        #expect(ConversationID.chats(ofTwin: twin).allSatisfy { ConversationID.notificationTwin(of: $0) == twin })
        #expect(ConversationID.chats(ofTwin: chat).isEmpty)
    }
}

import Caching
import IMStorage
import Testing

/// What Redis holds of lists, groups, members and conversations.
@Suite struct CachedRecordTests {
    @Test(arguments: [[], ["u1"], ["b", "a", "用户", #"quo"te"#]]) func `a list is the JSON array of OpenIM`(
        ids: [String]
    ) throws {
        let list = IDList(ids)
        let bytes = try list.cacheBytes()
        #expect(!bytes.isEmpty)
        #expect(try IDList(cacheBytes: bytes) == list)
        #expect(try IDList(cacheBytes: Array(#"["u1", "u2"]"#.utf8)).ids == ["u1", "u2"])
        #expect(try IDList(["u1", "u2"]).cacheBytes() == Array(#"["u1","u2"]"#.utf8))
    }

    @Test(arguments: ["null", "{}", "[1]", "", #"{"ids":[]}"#]) func `what is no list is not taken for one`(
        text: String
    ) {
        #expect(throws: (any Error).self) { try IDList(cacheBytes: Array(text.utf8)) }
    }

    @Test func `ids that only look the same are different`() {
        #expect(IDList(["K"]).contains("K"))
        #expect(!IDList(["K"]).contains("\u{212A}"))
    }

    @Test func `a group, a member and a conversation are held whole`() throws {
        var group = GroupRecord(groupID: "g", name: "Gruppe 🙂", status: .muted, type: 1)
        group.notificationUpdateTime = .max
        group.introduction = "intro"
        #expect(try GroupRecord(cacheBytes: try group.cacheBytes()) == group)
        var member = GroupMemberRecord(groupID: "g", userID: "u", role: .owner, muteEndTime: -1, joinTime: 7)
        member.inviterUserID = "i"
        #expect(try GroupMemberRecord(cacheBytes: try member.cacheBytes()) == member)
        var conversation = ConversationRecord(ownerUserID: "u", conversationID: "sg_g", type: 3, groupID: "g")
        conversation.maxSeq = 1 << 53
        conversation.isMsgDestruct = true
        #expect(try ConversationRecord(cacheBytes: try conversation.cacheBytes()) == conversation)
    }

    @Test(arguments: [#"{"GroupID":"g"}"#, "", "null", "[]"]) func `what another server has left is none of them`(
        text: String
    ) {
        let bytes = Array(text.utf8)
        #expect(throws: (any Error).self) { try GroupRecord(cacheBytes: bytes) }
        #expect(throws: (any Error).self) { try GroupMemberRecord(cacheBytes: bytes) }
        #expect(throws: (any Error).self) { try ConversationRecord(cacheBytes: bytes) }
    }
}

import IMStorage
import Testing

@Suite struct UserRecordCacheTests {
    private static let records = [
        UserRecord(userID: "u", nickname: "", createTime: 0),
        UserRecord(
            userID: "ü_1",
            nickname: "Änne 🙂",
            faceURL: "https://example.org/a?b=c",
            ex: #"{"a":1}"#,
            appManagerLevel: 4,
            globalReceiveOption: 2,
            createTime: 1_707_776_000_123
        ),
        UserRecord(userID: "n", nickname: "n", appManagerLevel: .min, globalReceiveOption: .max, createTime: .min),
    ]

    @Test(arguments: records) func `an entry holds the whole user`(record: UserRecord) throws {
        let bytes = try record.cacheBytes()
        #expect(!bytes.isEmpty)
        #expect(try UserRecord(cacheBytes: bytes) == record)
        #expect(try record.cacheBytes() == bytes)
    }

    @Test(arguments: [
        #"{"UserID":"u1","Nickname":"n","FaceURL":"","Ex":"","CreateTime":"2024-02-12T22:13:20Z"}"#, #"{"userID":"u"}"#,
        "null", "{}", "[1]", "\"|\"",
    ])
    func `what another server has left is not taken for a user`(text: String) {
        #expect(throws: (any Error).self) { try UserRecord(cacheBytes: Array(text.utf8)) }
    }

    @Test func `an entry without an id is refused`() {
        #expect(throws: StorageError.self) { try UserRecord(cacheBytes: [0x12, 1, 0x61]) }
    }
}

import CMongoc
import Logging
import Testing

@testable import Mongo

@Suite struct MongoErrorTests {
    private func error(_ domain: UInt32, _ code: UInt32, _ message: String, isWrite: Bool = true) -> MongoError {
        var raw = bson_error_t()
        raw.domain = domain
        raw.code = code
        withUnsafeMutableBytes(of: &raw.message) { $0.copyBytes(from: message.utf8.prefix(500)) }
        return MongoError(raw, reply: ["errorLabels": ["RetryableWriteError"]], isWrite: isWrite)
    }

    @Test func `a duplicate key names the index and not the value`() {
        let text = "E11000 duplicate key error collection: db.users index: name_1 dup key: { name: \"secret\" }"
        let error = self.error(MONGOC_ERROR_SERVER.rawValue, 11000, text)
        #expect(error.code == .duplicateKey && error.serverCode == 11000 && !error.mayHaveBeenApplied)
        #expect(error.message.hasSuffix("index: name_1") && !error.description.contains("secret"))
    }

    @Test func `a broken connection leaves a write open and not a read`() {
        let domain = MONGOC_ERROR_STREAM.rawValue
        #expect(self.error(domain, 4, "socket error").mayHaveBeenApplied)
        #expect(!self.error(domain, 4, "socket error", isWrite: false).mayHaveBeenApplied)
        #expect(self.error(domain, 4, "socket error").code == .network)
    }

    @Test func `no server found means nothing was sent`() {
        let error = self.error(MONGOC_ERROR_SERVER_SELECTION.rawValue, 13053, "No suitable servers found")
        #expect(error.code == .serverSelection && !error.mayHaveBeenApplied && error.isRetriable)
    }

    @Test func `a write concern that is not met was applied`() {
        let error = self.error(MONGOC_ERROR_WRITE_CONCERN.rawValue, 64, "waiting for replication timed out")
        #expect(error.code == .writeConcern && error.mayHaveBeenApplied)
    }

    @Test(
        arguments: [
            (Int32(50), MongoError.Code.timeout), (10107, .notPrimary), (11600, .notPrimary), (112, .writeConflict),
            (13, .unauthorized), (18, .authentication), (43, .cursorNotFound), (59, .server), (-1, .server),
        ]
    )
    func `the server's number has a code`(number: Int32, code: MongoError.Code) {
        #expect(MongoError.Code(serverCode: number) == code)
    }

    @Test(arguments: ["mongodb://user:secret@", "http://user:secret@host", "mongodb://user:secret@host:x/", ""])
    func `a bad connection string is an error that does not print the password`(uri: String) {
        let configuration = MongoConfiguration(uri: uri, database: "d")
        do {
            _ = try MongoClient(configuration, logger: Logger(label: "test"))
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidConfiguration && !error.description.contains("secret"))
        }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("secret"))
    }

    @Test func `a duplicate key has index, fields and values, and texts have no values`() {
        let reply: BSONDocument = [
            "writeErrors": [
                [
                    "index": 0, "code": 11000, "keyPattern": ["name": 1, "age": -1],
                    "keyValue": ["name": "secret", "age": 5], "errmsg": "ignored",
                ]
            ]
        ]
        var raw = bson_error_t()
        raw.domain = MONGOC_ERROR_SERVER.rawValue
        raw.code = 11000
        let text =
            "E11000 duplicate key error collection: a.b index: name_1_age_-1 dup key: { name: \"secret\", age: 5 }"
        withUnsafeMutableBytes(of: &raw.message) { $0.copyBytes(from: text.utf8.prefix(500)) }
        let error = MongoError(raw, reply: reply, isWrite: true)
        #expect(error.duplicateKey?.index == "name_1_age_-1")
        #expect(error.duplicateKey?.fields == ["name", "age"])
        #expect(error.duplicateKey?.keyValue == ["name": "secret", "age": 5])
        #expect(error.description.contains("name_1_age_-1 on name, age"))
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!"\(error) \(String(reflecting: error)) \(dumped)".contains("secret"))
    }

    @Test func `the error of one write of several has code, name and key`() {
        let error = MongoError(writeError: [
            "index": 3, "code": 11000,
            "errmsg": "E11000 duplicate key error collection: a.b index: _id_ dup key: { _id: 7 }",
            "keyPattern": ["_id": 1], "keyValue": ["_id": 7],
        ])
        #expect(error.code == .duplicateKey && error.serverCode == 11000)
        #expect(error.duplicateKey == MongoDuplicateKey(index: "_id_", keyPattern: ["_id": 1], keyValue: ["_id": 7]))
        let other = MongoError(writeError: ["code": 121, "codeName": "DocumentValidationFailure", "errmsg": "failed"])
        #expect(other.code == .server && other.serverCodeName == "DocumentValidationFailure")
        #expect(other.duplicateKey == nil)
        let odd = MongoError(writeError: ["code": "text", "errmsg": 5, "keyPattern": "x"])
        #expect(odd.code == .server)
    }

    @Test func `an error goes to libmongoc and back, cut to its size`() {
        var raw = bson_error_t()
        let text = String(repeating: "ä", count: 1_000)
        MongoError(.network, text).write(to: &raw, domain: MONGOC_ERROR_STREAM, code: MONGOC_ERROR_STREAM_CONNECT)
        let error = MongoError(raw, isWrite: false)
        #expect(error.code == .network && error.message.utf8.count > 400)
    }
}

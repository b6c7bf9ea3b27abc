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
            (13, .unauthorized), (18, .authenticationFailed), (43, .cursorNotFound), (59, .server), (-1, .server),
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

    @Test func `an index is named after its keys`() {
        #expect(MongoCollection.indexName(["user_id": 1, "time": -1]) == "user_id_1_time_-1")
    }
}

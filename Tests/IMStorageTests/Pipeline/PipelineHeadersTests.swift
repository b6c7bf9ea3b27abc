import IMProtocol
import Kafka
import Testing

@testable import IMStorage

@Suite struct PipelineHeadersTests {
    private func record(_ values: [(String, String?)]) -> KafkaRecord {
        let headers = values.map { KafkaHeader(key: $0.0, value: $0.1.map { Array($0.utf8) }) }
        return KafkaRecord(topic: "toRedis", partition: 0, offset: 0, headers: headers)
    }

    @Test func `there are exactly four, in the order that OpenIM reads them by`() {
        let headers = PipelineHeaders(operationID: "op", userID: "u", platform: "IOS", connectionID: "c")
        #expect(headers.kafkaHeaders.map(\.key) == ["operationID", "opUserID", "platform", "connID"])
        #expect(headers.kafkaHeaders.map(\.value) == ["op", "u", "IOS", "c"].map { Array($0.utf8) })
    }

    @Test func `empty values are sent as empty bytes`() {
        #expect(PipelineHeaders(operationID: "op").kafkaHeaders.dropFirst().map(\.value) == [[], [], []])
    }

    @Test func `values are read by position, whatever they are called`() {
        let record = self.record([("platform", "op"), ("x", "u"), ("operationID", "Web"), ("", "c"), ("fifth", "y")])
        let expected = PipelineHeaders(operationID: "op", userID: "u", platform: "Web", connectionID: "c")
        #expect(PipelineHeaders(record) == expected)
    }

    @Test(arguments: 0...4) func `missing and absent ones are empty`(count: Int) {
        let all = ["op", "u", "IOS", "c"]
        let headers = PipelineHeaders(self.record(all.prefix(count).map { ("k", $0) }))
        let read = [headers.operationID, headers.userID, headers.platform, headers.connectionID]
        #expect(read == all.prefix(count) + [String](repeating: "", count: 4 - count))
        #expect(PipelineHeaders(self.record([("k", nil)])).operationID == "")
    }

    @Test func `bytes that are no UTF-8 are read without a trap`() {
        let header = KafkaHeader(key: "operationID", value: [0xff, 0x61])
        let record = KafkaRecord(topic: "t", partition: 0, offset: 0, headers: [header])
        #expect(PipelineHeaders(record).operationID == "\u{fffd}a")
    }

    @Test(arguments: Platform.allCases) func `a call's context survives the way through Kafka`(platform: Platform) {
        let context = CallContext(operationID: "op", userID: "u", platform: platform, connectionID: "c")
        let headers = PipelineHeaders(context).kafkaHeaders
        let record = KafkaRecord(topic: "t", partition: 0, offset: 0, headers: headers)
        #expect(PipelineHeaders(record).callContext == context)
    }

    @Test func `the rights of an administrator do not travel through Kafka`() {
        let context = CallContext(operationID: "op", userID: "imAdmin", isAdmin: true)
        #expect(!PipelineHeaders(context).callContext.isAdmin)
    }

    @Test func `an unknown platform is none`() {
        #expect(PipelineHeaders(operationID: "op", platform: "Toaster").callContext.platform == nil)
    }
}

import Testing

@testable import Kafka

@Suite struct ClientStatisticsTests {
    private func read(_ json: String) -> ClientStatistics? {
        Array(json.utf8).withUnsafeBufferPointer { ClientStatistics(json: $0) }
    }

    @Test func `what becomes metrics is read`() throws {
        let statistics = try #require(
            self.read(
                """
                {"name":"rdkafka#producer-1","client_id":"c","type":"producer","ts":1,"msg_cnt":22,"msg_size":2200,
                "tx":10,"tx_bytes":100,"rx":9,"rx_bytes":90,"txmsgs":8,"rxmsgs":7,"cgrp":{"rebalance_cnt":3},
                "brokers":{"b:1/1":{"nodeid":1,"state":"UP","connects":2,"disconnects":1,"txerrs":3,"rxerrs":4,
                "req_timeouts":5,"rtt":{"avg":1500,"cnt":4}},"boot":{"nodeid":-1,"state":"DOWN","rtt":{"avg":0,"cnt":0}}},
                "topics":{"t":{"partitions":{"0":{"partition":0,"fetch_state":"active","fetchq_cnt":5,"fetchq_size":500,
                "consumer_lag":12,"app_offset":88},"-1":{"partition":-1,"fetch_state":"none"},
                "1":{"partition":1,"fetch_state":"none","consumer_lag":-1,"app_offset":-1001}}}}}
                """
            )
        )
        #expect(statistics.queuedRecords == 22)
        #expect(statistics.queuedBytes == 2200)
        #expect(statistics.requestsSent == 10)
        #expect(statistics.bytesReceived == 90)
        #expect(statistics.rebalances == 3)
        #expect(statistics.brokers.map(\.id) == [1, -1])
        #expect(statistics.brokers.first?.isConnected == true)
        #expect(statistics.brokers.first?.timeouts == 5)
        #expect(statistics.brokers.map(\.roundTripMicroseconds) == [1500, nil])
        #expect(
            statistics.partitions == [
                .init(
                    topic: "t",
                    partition: 0,
                    isFetched: true,
                    fetchedRecords: 5,
                    fetchedBytes: 500,
                    lag: 12
                ),
                .init(topic: "t", partition: 1),
            ]
        )
    }

    @Test(arguments: ["", "[]", "12", "{", "null", "\u{0}", "{\"msg_cnt\":1"])
    func `what is no object is not read`(json: String) {
        #expect(self.read(json) == nil)
    }

    @Test(arguments: [
        #"{"msg_cnt":"many","tx":3}"#, #"{"brokers":[],"tx":3}"#, #"{"brokers":{"a":7},"tx":3}"#,
        #"{"topics":{"t":{"partitions":{"0":{"partition":"x"}}}},"tx":3}"#, #"{"topics":{"t":null},"tx":3}"#,
        #"{"msg_cnt":-5,"tx":3.0}"#, #"{"msg_size":1e300,"tx":3}"#, #"{"cgrp":"none","tx":3}"#,
    ])
    func `a field of another type takes nothing else away`(json: String) throws {
        let statistics = try #require(self.read(json))
        #expect(statistics.requestsSent == 3)
        #expect(statistics.queuedRecords == 0)
        #expect(statistics.queuedBytes == 0)
        #expect(statistics.partitions.isEmpty)
    }

    @Test func `damaged text is read or refused and never stops the process`() {
        let text = Array(#"{"tx":3,"brokers":{"a":{"nodeid":1,"rtt":{"avg":2,"cnt":1}}},"topics":{}}"#.utf8)
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x2d, 0x39, 0x5b, 0x7b, 0xff] {
                var damaged = text
                damaged[index] = byte
                damaged.withUnsafeBufferPointer { _ = ClientStatistics(json: $0) }
                damaged[..<index].withUnsafeBufferPointer { _ = ClientStatistics(json: $0) }
            }
        }
    }
}

import IMProtocol
import Kafka
import SwiftProtobuf
import Synchronization

@testable import IMServices

/// Keeps what is produced; may fail.
final class FakeOutlet: MessageOutlet {
    private let state = Mutex<(records: [KafkaProducerRecord], failure: KafkaError?)>(([], nil))

    var records: [KafkaProducerRecord] { self.state.withLock { $0.records } }

    var messages: [Openim_Sdkws_MsgData] {
        get throws { try self.records.map { try Openim_Sdkws_MsgData(serializedBytes: $0.value ?? []) } }
    }

    func fail(with error: KafkaError?) {
        self.state.withLock { $0.failure = error }
    }

    func send(_ record: KafkaProducerRecord) async throws(KafkaError) -> KafkaDelivery {
        let failure = self.state.withLock { state in
            if state.failure == nil { state.records.append(record) }
            return state.failure
        }
        if let failure { throw failure }
        return KafkaDelivery(topic: record.topic, partition: 0, offset: 0)
    }
}

import IMProtocol
package import IMStorage
package import Kafka
package import ServerRuntime

/// The message service: accepts messages into the pipeline and answers what is in the history.
///
/// Sending stands in `MsgServer+Sending.swift`, reading in `MsgServer+Reading.swift`.
package struct MsgServer: MsgService {
    let producer: KafkaProducer
    let topics: PipelineTopics
    let users: UserRepository
    let conversations: ConversationRepository
    let reader: MessageReader
    let adminUserIDs: Set<String>
    let clock: WallClock

    package init(
        producer: KafkaProducer,
        topics: PipelineTopics,
        users: UserRepository,
        conversations: ConversationRepository,
        reader: MessageReader,
        adminUserIDs: Set<String>,
        clock: WallClock = .system
    ) {
        self.producer = producer
        self.topics = topics
        self.users = users
        self.conversations = conversations
        self.reader = reader
        self.adminUserIDs = adminUserIDs
        self.clock = clock
    }
}

package import IMStorage
import Kafka

/// What the message service works with.
package struct MsgDependencies: Sendable {
    let outlet: any MessageOutlet
    let topics: PipelineTopics
    let users: any UserDirectory
    let friends: any FriendDirectory
    let groups: any GroupDirectory
    let conversations: any ConversationDirectory
    let reader: MessageReader
    let marker: any ReadMarker
    let positions: any PositionDirectory
    let readSeqs: any ReadSeqMemory
    let stale: any StaleMessages
    let sendTimes: any SendTimeMemory
    let statuses: any SendStatusMemory

    /// The dependencies of a server, or of a test.
    package init(
        outlet: any MessageOutlet,
        topics: PipelineTopics,
        users: any UserDirectory,
        friends: any FriendDirectory,
        groups: any GroupDirectory,
        conversations: any ConversationDirectory,
        reader: MessageReader,
        marker: any ReadMarker,
        positions: any PositionDirectory,
        readSeqs: any ReadSeqMemory,
        stale: any StaleMessages,
        sendTimes: any SendTimeMemory,
        statuses: any SendStatusMemory
    ) {
        self.outlet = outlet
        self.topics = topics
        self.users = users
        self.friends = friends
        self.groups = groups
        self.conversations = conversations
        self.reader = reader
        self.marker = marker
        self.positions = positions
        self.readSeqs = readSeqs
        self.stale = stale
        self.sendTimes = sendTimes
        self.statuses = statuses
    }
}

/// What a store holds under one seq of a conversation.
struct StoredEntry: Sendable, Equatable {
    var seq: Int64
    var sendID: String
    var clientMsgID: String
}

/// What the owner of a group has to do after an event.
enum GroupAction: Equatable {
    case answerJoin(GroupRequestID, JoinGroupAPI.Response)
    case answerSync(GroupRequestID, SyncGroupAPI.Response)
    /// A generation has begun; it must be known after a restart.
    case storeGeneration(Int32)
}

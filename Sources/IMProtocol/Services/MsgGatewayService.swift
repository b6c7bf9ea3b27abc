/// msggateway: what other roles ask of the process that holds the long connections.
package protocol MsgGatewayService: Sendable {
    /// Writes one message to all connections here of the given users.
    ///
    /// - Returns: one result a user, with one element per connection; a user without one has an empty list.
    func superGroupOnlineBatchPushOneMsg(
        _ request: Openim_Msggateway_OnlineBatchPushOneMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msggateway_OnlineBatchPushOneMsgResp
}

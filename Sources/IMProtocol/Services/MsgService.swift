/// rpc-msg: takes messages and answers what is in the history.
package protocol MsgService: Sendable {
    /// Checks a message, hands it to the pipeline and returns once it is stored durably there.
    ///
    /// - Throws: 1001 for a message that breaks a rule, 1002 for somebody else's sender id, 1004 for an unknown receiver.
    func sendMsg(_ request: Openim_Msg_SendMsgReq, _ context: CallContext) async throws -> Openim_Msg_SendMsgResp

    /// The greatest seq of every conversation of a user, notification conversations included.
    func getMaxSeq(
        _ request: Openim_Sdkws_GetMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_GetMaxSeqResp

    /// Messages by ranges of seqs.
    func pullMessageBySeqs(
        _ request: Openim_Sdkws_PullMessageBySeqsReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp

    /// Messages by lists of seqs.
    func getSeqMessage(
        _ request: Openim_Msg_GetSeqMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSeqMessageResp
}

/// rpc-msg: takes messages and answers what is in the history.
package protocol MsgService: Sendable {
    /// Checks a message, hands it to the pipeline and returns once it is stored durably there.
    ///
    /// A message that comes again gets the answer of the first time.
    ///
    /// - Throws: 1001 for a message that breaks a rule or is not wanted, 1002 for somebody else's sender id and for notifications of
    ///   ordinary callers, 1004 for an unknown user or group, 1302 and 1303 for a receiver who has blocked the sender or does not
    ///   have it as a friend, 1203, 1204, 1402 and 1403 for groups.
    func sendMsg(_ request: Openim_Msg_SendMsgReq, _ context: CallContext) async throws -> Openim_Msg_SendMsgResp

    /// The same with the sender's nickname and picture filled in.
    ///
    /// - Throws: as `sendMsg`; 1004 for an unknown sender.
    func sendSimpleMsg(
        _ request: Openim_Msg_SendSimpleMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendSimpleMsgResp

    /// Notes what became of the send that the calling request asked for.
    func setSendMsgStatus(
        _ request: Openim_Msg_SetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetSendMsgStatusResp

    /// What became of the send made under the operation id of the call; 0 when nothing is known of it.
    func getSendMsgStatus(
        _ request: Openim_Msg_GetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSendMsgStatusResp

    /// Marks single messages as read.
    ///
    /// - Throws: 1001 for a list that is empty or holds what is no seq, 1004 for a conversation that the user does not have.
    func markMsgsAsRead(
        _ request: Openim_Msg_MarkMsgsAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkMsgsAsReadResp

    /// Marks a conversation as read up to a seq.
    ///
    /// - Throws: as `markMsgsAsRead`.
    func markConversationAsRead(
        _ request: Openim_Msg_MarkConversationAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkConversationAsReadResp

    /// Raises a user's read position and tells its own devices.
    ///
    /// - Throws: as `markMsgsAsRead`.
    func setConversationHasReadSeq(
        _ request: Openim_Msg_SetConversationHasReadSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetConversationHasReadSeqResp

    /// The greatest seq and the read position of conversations of a user.
    func getConversationsHasReadAndMaxSeq(
        _ request: Openim_Msg_GetConversationsHasReadAndMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetConversationsHasReadAndMaxSeqResp

    /// The newest message of conversations of a user that still exists.
    func getLastMessage(
        _ request: Openim_Msg_GetLastMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetLastMessageResp

    /// The server's time.
    func getServerTime(
        _ request: Openim_Msg_GetServerTimeReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetServerTimeResp

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

package import IMProtocol

extension IMClient {
    /// Sends a message (1003); returns when the server has taken it durably.
    package func sendMessage(
        _ message: Openim_Sdkws_MsgData,
        operationID: String = "im-client"
    ) async throws -> Openim_Msg_SendMsgResp {
        try await self.request(GatewayOperation.sendMessage.rawValue, message, operationID: operationID)
    }

    /// The greatest seq of each of the user's conversations (1001).
    package func newestSeqs(userID: String) async throws -> Openim_Sdkws_GetMaxSeqResp {
        var request = Openim_Sdkws_GetMaxSeqReq()
        request.userID = userID
        return try await self.request(GatewayOperation.newestSeqs.rawValue, request)
    }

    /// Messages by ranges of seqs (1002).
    package func pullByRange(
        _ request: Openim_Sdkws_PullMessageBySeqsReq
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        try await self.request(GatewayOperation.pullByRange.rawValue, request)
    }

    /// Messages by lists of seqs (1005).
    package func pullBySeqs(_ request: Openim_Msg_GetSeqMessageReq) async throws -> Openim_Msg_GetSeqMessageResp {
        try await self.request(GatewayOperation.pullBySeqs.rawValue, request)
    }

    /// Greatest and read seqs of conversations (1006).
    package func readSeqs(
        _ request: Openim_Msg_GetConversationsHasReadAndMaxSeqReq
    ) async throws -> Openim_Msg_GetConversationsHasReadAndMaxSeqResp {
        try await self.request(GatewayOperation.readSeqs.rawValue, request)
    }

    /// The newest message of conversations (1007).
    package func lastMessages(_ request: Openim_Msg_GetLastMessageReq) async throws -> Openim_Msg_GetLastMessageResp {
        try await self.request(GatewayOperation.lastMessages.rawValue, request)
    }
}

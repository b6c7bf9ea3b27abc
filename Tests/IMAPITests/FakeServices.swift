import IMAPI
import IMProtocol
import Synchronization

/// Services that answer what a test sets and keep what they were asked.
final class FakeServices: AuthService, UserService, MsgService {
    struct State: Sendable {
        var contexts: [CallContext] = []
        var registered: [Openim_Sdkws_UserInfo] = []
        var sent: [Openim_Sdkws_MsgData] = []
        var tokenRequests: [Openim_Auth_getUserTokenReq] = []
        /// Thrown by every call but `parseToken`.
        var failure: (any Error)?
        /// Awaited by `getDesignateUsers`, so that a test can hold a request.
        var gate: (@Sendable () async -> Void)?
        var users: [String: Openim_Sdkws_UserInfo] = [:]
        var maxSeqs: [String: Int64] = [:]
        var pulled = Openim_Sdkws_PullMessageBySeqsResp()
        var modify: Openim_Sdkws_MsgData?
        /// By operation id.
        var statuses: [String: Int32] = [:]
        /// Conversation and seqs of the calls that mark something as read.
        var marked: [String] = []
    }

    static let adminID = "imAdmin"
    static let secret = "openIM123"
    private let state = Mutex(State())

    /// Reads or changes the state.
    func withState<Result: Sendable>(_ body: (inout sending State) throws -> Result) rethrows -> Result {
        try self.state.withLock { try body(&$0) }
    }

    var services: APIServices {
        APIServices(auth: self, user: self, msg: self)
    }

    private func enter(_ context: CallContext) throws {
        let failure = self.state.withLock { state in
            state.contexts.append(context)
            return state.failure
        }
        if let failure { throw failure }
    }

    func getAdminToken(
        _ request: Openim_Auth_getAdminTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getAdminTokenResp {
        try self.enter(context)
        guard request.secret == Self.secret else { throw IMError(.noPermission, "secret is wrong") }
        var response = Openim_Auth_getAdminTokenResp()
        response.token = "token-of-" + request.userID
        response.expireTimeSeconds = 7_776_000
        return response
    }

    func getUserToken(
        _ request: Openim_Auth_getUserTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getUserTokenResp {
        try self.enter(context)
        self.state.withLock { $0.tokenRequests.append(request) }
        var response = Openim_Auth_getUserTokenResp()
        response.token = "token-of-" + request.userID
        response.expireTimeSeconds = 100
        return response
    }

    /// Tokens are `token-of-` and the user's id; platform 5.
    func parseToken(
        _ request: Openim_Auth_parseTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_parseTokenResp {
        switch request.token {
        case "expired": throw IMError(.tokenExpired)
        case "kicked": throw IMError(.tokenKicked)
        case "unknown": throw IMError(.tokenUnknown, message: "signature is invalid")
        default: break
        }
        guard request.token.hasPrefix("token-of-") else { throw IMError(.tokenMalformed) }
        var response = Openim_Auth_parseTokenResp()
        response.userID = String(request.token.dropFirst("token-of-".count))
        response.platformID = 5
        response.expireTimeSeconds = 1_900_000_000
        return response
    }

    func invalidateToken(
        _ request: Openim_Auth_invalidateTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_invalidateTokenResp {
        Openim_Auth_invalidateTokenResp()
    }

    func kickTokens(
        _ request: Openim_Auth_kickTokensReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_kickTokensResp {
        Openim_Auth_kickTokensResp()
    }

    func userRegister(
        _ request: Openim_User_userRegisterReq,
        _ context: CallContext
    ) async throws -> Openim_User_userRegisterResp {
        try self.enter(context)
        self.state.withLock { $0.registered.append(contentsOf: request.users) }
        return Openim_User_userRegisterResp()
    }

    func getDesignateUsers(
        _ request: Openim_User_getDesignateUsersReq,
        _ context: CallContext
    ) async throws -> Openim_User_getDesignateUsersResp {
        try self.enter(context)
        await self.withState { $0.gate }?()
        var response = Openim_User_getDesignateUsersResp()
        response.usersInfo = self.state.withLock { state in request.userIds.compactMap { state.users[$0] } }
        return response
    }

    func sendMsg(_ request: Openim_Msg_SendMsgReq, _ context: CallContext) async throws -> Openim_Msg_SendMsgResp {
        try self.enter(context)
        var response = Openim_Msg_SendMsgResp()
        response.serverMsgID = "server-1"
        response.clientMsgID = request.msgData.clientMsgID
        response.sendTime = 1_700_000_000_123
        self.state.withLock { state in
            state.sent.append(request.msgData)
            if var modify = state.modify {
                modify.clientMsgID = request.msgData.clientMsgID
                response.modify = modify
            }
        }
        return response
    }

    func getMaxSeq(
        _ request: Openim_Sdkws_GetMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_GetMaxSeqResp {
        try self.enter(context)
        var response = Openim_Sdkws_GetMaxSeqResp()
        response.maxSeqs = self.state.withLock { $0.maxSeqs }
        return response
    }

    func pullMessageBySeqs(
        _ request: Openim_Sdkws_PullMessageBySeqsReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        try self.enter(context)
        return self.state.withLock { $0.pulled }
    }

    func getSeqMessage(
        _ request: Openim_Msg_GetSeqMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSeqMessageResp {
        Openim_Msg_GetSeqMessageResp()
    }

    func sendSimpleMsg(
        _ request: Openim_Msg_SendSimpleMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendSimpleMsgResp {
        try self.enter(context)
        return Openim_Msg_SendSimpleMsgResp()
    }

    func setSendMsgStatus(
        _ request: Openim_Msg_SetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetSendMsgStatusResp {
        self.withState { $0.statuses[context.operationID] = request.status }
        return Openim_Msg_SetSendMsgStatusResp()
    }

    func getSendMsgStatus(
        _ request: Openim_Msg_GetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSendMsgStatusResp {
        try self.enter(context)
        var response = Openim_Msg_GetSendMsgStatusResp()
        response.status = self.withState { $0.statuses[context.operationID] ?? 0 }
        return response
    }

    func markMsgsAsRead(
        _ request: Openim_Msg_MarkMsgsAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkMsgsAsReadResp {
        try self.enter(context)
        self.withState { $0.marked.append("\(request.conversationID) \(request.seqs)") }
        return Openim_Msg_MarkMsgsAsReadResp()
    }

    func markConversationAsRead(
        _ request: Openim_Msg_MarkConversationAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkConversationAsReadResp {
        try self.enter(context)
        self.withState { $0.marked.append("\(request.conversationID) \(request.hasReadSeq_p)") }
        return Openim_Msg_MarkConversationAsReadResp()
    }

    func setConversationHasReadSeq(
        _ request: Openim_Msg_SetConversationHasReadSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetConversationHasReadSeqResp {
        try self.enter(context)
        self.withState { $0.marked.append("\(request.conversationID) \(request.hasReadSeq_p)") }
        return Openim_Msg_SetConversationHasReadSeqResp()
    }

    func getConversationsHasReadAndMaxSeq(
        _ request: Openim_Msg_GetConversationsHasReadAndMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetConversationsHasReadAndMaxSeqResp {
        try self.enter(context)
        var seqs = Openim_Msg_Seqs()
        seqs.maxSeq = 9
        seqs.hasReadSeq_p = 4
        var response = Openim_Msg_GetConversationsHasReadAndMaxSeqResp()
        response.seqs = ["si_a_b": seqs]
        return response
    }

    func getLastMessage(
        _ request: Openim_Msg_GetLastMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetLastMessageResp {
        Openim_Msg_GetLastMessageResp()
    }

    func getServerTime(
        _ request: Openim_Msg_GetServerTimeReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetServerTimeResp {
        try self.enter(context)
        var response = Openim_Msg_GetServerTimeResp()
        response.serverTime = 1_700_000_000_123
        return response
    }
}

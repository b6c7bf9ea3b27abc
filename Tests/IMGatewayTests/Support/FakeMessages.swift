import IMProtocol
import SwiftProtobuf
import Synchronization

/// Answers with what it was asked, so that tests can tell replies apart; records the contexts.
final class FakeMessages: MsgService {
    struct Broken: Error {}

    private let seen = Mutex<[CallContext]>([])
    private let running = Mutex<(now: Int, most: Int)>((0, 0))

    var contexts: [CallContext] { self.seen.withLock { $0 } }
    /// The most calls of `sendMsg` that ran at the same time.
    var concurrencyMax: Int { self.running.withLock { $0.most } }

    /// The reply names the client's id.
    ///
    /// Content `wait` takes 20 ms, `slow` 500 ms; `blocked` and `broken` fail.
    func sendMsg(_ request: Openim_Msg_SendMsgReq, _ context: CallContext) async throws -> Openim_Msg_SendMsgResp {
        self.seen.withLock { $0.append(context) }
        self.running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        defer { self.running.withLock { $0.now -= 1 } }
        switch String(decoding: request.msgData.content, as: UTF8.self) {
        case "wait": try await Task.sleep(for: .milliseconds(20))
        case "slow": try await Task.sleep(for: .milliseconds(500))
        case "blocked": throw IMError(.blockedByPeer, "not shown")
        case "broken": throw Broken()
        default: break
        }
        var response = Openim_Msg_SendMsgResp()
        response.serverMsgID = "server"
        response.clientMsgID = request.msgData.clientMsgID
        response.sendTime = 7
        return response
    }

    func getMaxSeq(
        _ request: Openim_Sdkws_GetMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_GetMaxSeqResp {
        try context.requireSelf(request.userID)
        var response = Openim_Sdkws_GetMaxSeqResp()
        response.maxSeqs = ["si_a_b": 5]
        return response
    }

    /// One message of `num` bytes per range: a reply as large as a test wants.
    func pullMessageBySeqs(
        _ request: Openim_Sdkws_PullMessageBySeqsReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        var response = Openim_Sdkws_PullMessageBySeqsResp()
        for range in request.seqRanges {
            var message = Openim_Sdkws_MsgData()
            message.clientMsgID = String(repeating: "x", count: Int(range.num))
            response.msgs[range.conversationID] = .with { $0.msgs = [message] }
        }
        return response
    }

    func getSeqMessage(
        _ request: Openim_Msg_GetSeqMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSeqMessageResp {
        var response = Openim_Msg_GetSeqMessageResp()
        for conversation in request.conversations {
            response.msgs[conversation.conversationID] = .with { pull in
                pull.msgs = conversation.seqs.map { seq in .with { $0.seq = seq } }
            }
        }
        return response
    }

    func sendSimpleMsg(
        _ request: Openim_Msg_SendSimpleMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendSimpleMsgResp {
        Openim_Msg_SendSimpleMsgResp()
    }

    func setSendMsgStatus(
        _ request: Openim_Msg_SetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetSendMsgStatusResp {
        Openim_Msg_SetSendMsgStatusResp()
    }

    func getSendMsgStatus(
        _ request: Openim_Msg_GetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSendMsgStatusResp {
        Openim_Msg_GetSendMsgStatusResp()
    }

    func markMsgsAsRead(
        _ request: Openim_Msg_MarkMsgsAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkMsgsAsReadResp {
        Openim_Msg_MarkMsgsAsReadResp()
    }

    func markConversationAsRead(
        _ request: Openim_Msg_MarkConversationAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkConversationAsReadResp {
        Openim_Msg_MarkConversationAsReadResp()
    }

    func setConversationHasReadSeq(
        _ request: Openim_Msg_SetConversationHasReadSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetConversationHasReadSeqResp {
        Openim_Msg_SetConversationHasReadSeqResp()
    }

    func getConversationsHasReadAndMaxSeq(
        _ request: Openim_Msg_GetConversationsHasReadAndMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetConversationsHasReadAndMaxSeqResp {
        .with { response in
            for conversationID in request.conversationIds {
                response.seqs[conversationID] = .with { $0.maxSeq = 9 }
            }
        }
    }

    func getLastMessage(
        _ request: Openim_Msg_GetLastMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetLastMessageResp {
        .with { response in
            for conversationID in request.conversationIds {
                response.msgs[conversationID] = .with { $0.seq = 9 }
            }
        }
    }

    func getServerTime(
        _ request: Openim_Msg_GetServerTimeReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetServerTimeResp {
        Openim_Msg_GetServerTimeResp()
    }
}

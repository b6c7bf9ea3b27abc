import IMProtocol
import Logging
import NIOCore
import SwiftProtobuf

/// Carries requests of long connections to the services and their answers back.
///
/// The seam between event loops and services: connections only know `handle(_:from:on:_:)`. Today it starts a task for each
/// request; a service that can be called on the event loop would be called here directly.
struct RequestDispatcher: Sendable {
    let messages: any MsgService
    let logger: Logger

    /// Answers `request`: calls `completion` exactly once, on `eventLoop`, with the reply.
    func handle(
        _ request: RequestEnvelope,
        from identity: SessionIdentity,
        on eventLoop: any EventLoop,
        _ completion: @escaping @Sendable (ResponseEnvelope) -> Void
    ) {
        Task {
            let reply = await self.reply(to: request, from: identity)
            eventLoop.execute { completion(reply) }
        }
    }

    private func reply(to request: RequestEnvelope, from identity: SessionIdentity) async -> ResponseEnvelope {
        do {
            let data = try await self.call(request, identity.context(operationID: request.operationID))
            return ResponseEnvelope(answering: request, data: data)
        } catch let error as IMError {
            return ResponseEnvelope(answering: request, error: error)
        } catch {
            self.logger.error(
                "request failed",
                metadata: [
                    LogKey.operationID: "\(request.operationID)", LogKey.connectionID: "\(identity.connectionID)",
                    LogKey.error: "\(error)",
                ]
            )
            return ResponseEnvelope(answering: request, error: IMError.visible(error))
        }
    }

    private func call(_ request: RequestEnvelope, _ context: CallContext) async throws -> [UInt8] {
        switch GatewayOperation(rawValue: request.identifier) {
        case .newestSeqs:
            return try await self.messages.getMaxSeq(Self.decode(request), context).serializedBytes()
        case .pullByRange:
            return try await self.messages.pullMessageBySeqs(Self.decode(request), context).serializedBytes()
        case .sendMessage:
            var message = Openim_Msg_SendMsgReq()
            message.msgData = try Self.decode(request)
            return try await self.messages.sendMsg(message, context).serializedBytes()
        case .pullBySeqs:
            return try await self.messages.getSeqMessage(Self.decode(request), context).serializedBytes()
        case .readSeqs:
            let answer = try await self.messages.getConversationsHasReadAndMaxSeq(Self.decode(request), context)
            return try answer.serializedBytes()
        case .lastMessages:
            return try await self.messages.getLastMessage(Self.decode(request), context).serializedBytes()
        case .sendSignal:
            throw IMError(.args, "signal messages are not served")
        case .logout:
            let message: Openim_Push_DelUserPushTokenReq = try Self.decode(request)
            guard (1...9).contains(message.platformID) else {
                throw IMError(.args, "platformID must be within 1...9")
            }
            return []
        default:
            throw IMError(.serverInternal, "operation \(request.identifier) is not served")
        }
    }

    /// - Throws: 500 for bytes that are no such message.
    private static func decode<Request: Message>(_ request: RequestEnvelope) throws(IMError) -> Request {
        do {
            return try Request(serializedBytes: request.data)
        } catch {
            throw IMError(.serverInternal, "data of request \(request.identifier) cannot be decoded")
        }
    }
}

internal import IMProtocol
internal import ServerRuntime

extension Route {
    /// The routes under /msg.
    static func msg(_ services: APIServices, clock: WallClock) -> [Route] {
        let msg = services.msg
        let sender = MessageSender(services: services, clock: clock)
        return [
            .call("/msg/newest_seq", role: .owner(\.userID), msg.getMaxSeq),
            .call("/msg/pull_msg_by_seq", role: .owner(\.userID), msg.pullMessageBySeqs),
            Route(path: "/msg/send_msg", isHandBound: true, handle: sender.send),
            .call("/msg/check_msg_is_send_success", msg.getSendMsgStatus),
            .call("/msg/get_server_time", msg.getServerTime),
            .call(
                "/msg/mark_msgs_as_read",
                requires: [.filled("conversationID"), .filled("seqs"), .filled("userID")],
                role: .owner(\.userID),
                msg.markMsgsAsRead
            ),
            .call(
                "/msg/mark_conversation_as_read",
                requires: [.filled("conversationID"), .filled("userID"), .filled("hasReadSeq")],
                role: .owner(\.userID),
                msg.markConversationAsRead
            ),
            .call(
                "/msg/set_conversation_has_read_seq",
                requires: [.filled("conversationID"), .filled("userID"), .filled("hasReadSeq")],
                role: .owner(\.userID),
                msg.setConversationHasReadSeq
            ),
            .call(
                "/msg/get_conversations_has_read_and_max_seq",
                requires: [.filled("userID")],
                role: .owner(\.userID),
                msg.getConversationsHasReadAndMaxSeq
            ),
        ]
    }
}

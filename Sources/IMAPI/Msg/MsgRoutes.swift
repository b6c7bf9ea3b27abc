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
        ]
    }
}

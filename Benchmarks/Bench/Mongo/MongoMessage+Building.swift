import Mongo

extension MongoMessage {
    /// Its document, after an `_id` if there is one.
    func document(id: Int64? = nil) -> BSONDocument {
        BSONDocument.build(reserving: 640) { builder in
            if let id { builder.append("_id", id) }
            self.append(to: &builder)
        }
    }

    private func append(to builder: inout BSONBuilder) {
        builder.append("send_id", self.sendID)
        builder.append("recv_id", self.recvID)
        builder.append("group_id", self.groupID)
        builder.append("client_msg_id", self.clientMessageID)
        builder.append("server_msg_id", self.serverMessageID)
        builder.append("sender_platform_id", self.senderPlatformID)
        builder.append("sender_nickname", self.senderNickname)
        builder.append("sender_face_url", self.senderFaceURL)
        builder.append("session_type", self.sessionType)
        builder.append("msg_from", self.messageFrom)
        builder.append("content_type", self.contentType)
        builder.append("content", self.content)
        builder.append("seq", self.seq)
        builder.append("send_time", self.sendTime)
        builder.append("create_time", self.createTime)
        builder.append("status", self.status)
        builder.append("is_read", self.isRead)
        builder.appendDocument("options") { child in
            child.append("history", self.options.history)
            child.append("unreadCount", self.options.unreadCount)
            child.append("offlinePush", self.options.offlinePush)
        }
        builder.appendNull("offline_push")
        builder.appendArray("at_user_id_list") { users in
            for user in self.atUserIDList { users.append(user) }
        }
        builder.append("attached_info", self.attachedInfo)
        builder.append("ex", self.ex)
    }
}

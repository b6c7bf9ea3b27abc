import CMongoBaseline

extension MongoMessage {
    /// Bytes of its document.
    static let documentBytes = 500

    /// The message that C has with this seq.
    init(sample seq: Int64) {
        let sample = mongo_baseline_sample(seq)
        self.init(
            sendID: sample.send_id.string,
            recvID: sample.recv_id.string,
            groupID: sample.group_id.string,
            clientMessageID: sample.client_msg_id.string,
            serverMessageID: sample.server_msg_id.string,
            senderPlatformID: sample.sender_platform_id,
            senderNickname: sample.sender_nickname.string,
            senderFaceURL: sample.sender_face_url.string,
            sessionType: sample.session_type,
            messageFrom: sample.msg_from,
            contentType: sample.content_type,
            content: sample.content.string,
            seq: sample.seq,
            sendTime: sample.send_time,
            createTime: sample.create_time,
            status: sample.status,
            isRead: sample.is_read,
            options: MongoMessageOptions(
                history: sample.has_history,
                unreadCount: sample.has_unread_count,
                offlinePush: sample.has_offline_push
            ),
            offlinePush: nil,
            atUserIDList: [sample.at_user_id.string],
            attachedInfo: sample.attached_info.string,
            ex: sample.ex.string
        )
    }
}

extension mongo_baseline_text {
    /// A copy of it.
    fileprivate var string: String { String(cString: self.bytes) }
}

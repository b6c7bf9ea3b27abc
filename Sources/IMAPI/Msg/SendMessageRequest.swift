internal import IMProtocol

/// The body of /msg/send_msg.
struct SendMessageRequest {
    var sendID: String
    var recvID: String
    var groupID: String
    var senderNickname: String
    var senderFaceURL: String
    var senderPlatformID: Int32
    /// An object, as it was sent.
    var content: JSONValue
    var contentType: ContentType
    var sessionType: Int32
    var isOnlineOnly: Bool
    var notOfflinePush: Bool
    /// Milliseconds since 1970; 0 lets the message service set the time.
    var sendTime: Int64
    var offlinePushInfo: Openim_Sdkws_OfflinePushInfo?
    var ex: String

    /// Reads the body and checks that the required fields are there.
    init(_ body: JSONValue) throws(RequestBodyError) {
        let fields = try RequestFields(body)
        self.sendID = try fields.string("sendID")
        self.recvID = try fields.string("recvID")
        self.groupID = try fields.string("groupID")
        self.senderNickname = try fields.string("senderNickname")
        self.senderFaceURL = try fields.string("senderFaceURL")
        self.senderPlatformID = try fields.integer("senderPlatformID")
        self.contentType = ContentType(rawValue: try fields.integer("contentType"))
        self.sessionType = try fields.integer("sessionType")
        self.isOnlineOnly = try fields.bool("isOnlineOnly")
        self.notOfflinePush = try fields.bool("notOfflinePush")
        self.sendTime = try fields.integer("sendTime")
        self.ex = try fields.string("ex")
        if let info = fields["offlinePushInfo"] {
            self.offlinePushInfo = try RequestBodyError.decode(
                Openim_Sdkws_OfflinePushInfo.self,
                from: info,
                at: "offlinePushInfo"
            )
        }
        guard let content = fields["content"] else { throw Self.missing("content") }
        guard case .object = content else {
            throw RequestBodyError(text: "content: expected object, found \(content.kindName)")
        }
        self.content = content
        try self.checkRequired()
    }

    private func checkRequired() throws(RequestBodyError) {
        guard !self.sendID.isEmpty else { throw Self.missing("sendID") }
        guard self.contentType.rawValue != 0 else { throw Self.missing("contentType") }
        guard self.sessionType != 0 else { throw Self.missing("sessionType") }
        switch SessionType(rawValue: self.sessionType) {
        case .single, .notification:
            guard !self.recvID.isEmpty else { throw Self.missing("recvID") }
        case .writeGroup, .group:
            guard !self.groupID.isEmpty else { throw Self.missing("groupID") }
        case nil: break
        }
    }

    private static func missing(_ name: String) -> RequestBodyError {
        RequestBodyError(text: "\(name) is required")
    }
}

internal import IMProtocol

extension ContentRule {
    /// The rules of every content type that may be sent over the API.
    static let byContentType: [ContentType: [ContentRule]] = [
        .text: [.required("content")],
        .picture: [
            .optional("sourcePath"), .required("sourcePicture", Self.pictureSize),
            .required("bigPicture", Self.pictureSize), .required("snapshotPicture", Self.pictureSize),
        ],
        .voice: [
            .optional("uuid"), .optional("soundPath"), .required("sourceUrl"), .optional("dataSize", Self.anyInteger),
            .required("duration", .integer(1...Int64.max)),
        ],
        .video: Self.video,
        .file: [
            .optional("filePath"), .optional("uuid"), .required("sourceUrl"), .required("fileName"),
            .required("fileSize", Self.anyInteger),
        ],
        .atText: [
            .optional("text"), .required("atUserList", .texts(countMax: 1000)), .optional("atUsersInfo", .anything),
            .optional("quoteMessage", .anything), .optional("isAtSelf", .flag),
        ],
        .custom: [.required("data"), .optional("description"), .optional("extension")],
        .quote: [.optional("text"), .optional("quoteMessage", .anything)],
        .markdownText: [.required("content")],
        .oaNotification: Self.systemNotification,
    ]

    private static let anyInteger = Kind.integer(Int64.min...Int64.max)

    private static let pictureSize = Kind.object([
        .optional("uuid"), .required("type"), .optional("size", Self.anyInteger), .required("width", Self.anyInteger),
        .required("height", Self.anyInteger), .required("url"),
    ])

    private static let video: [ContentRule] = [
        .optional("videoPath"), .optional("videoUUID"), .required("videoUrl"), .required("videoType"),
        .required("videoSize", Self.anyInteger), .required("duration", Self.anyInteger), .optional("snapshotPath"),
        .optional("snapshotUUID"), .optional("snapshotSize", Self.anyInteger), .required("snapshotUrl"),
        .required("snapshotWidth", Self.anyInteger), .required("snapshotHeight", Self.anyInteger),
    ]

    private static let systemNotification: [ContentRule] = [
        .required("notificationName"), .optional("notificationFaceURL"),
        .required("notificationType", Self.anyInteger), .required("text"), .optional("url"),
        .optional("mixType", .integer(0...5)), .optional("pictureElem", .object([])),
        .optional("soundElem", .object([])), .optional("videoElem", .object([])), .optional("fileElem", .object([])),
        .optional("ex"),
    ]
}

/// A content of /msg/send_msg, and the key that it is refused for.
struct ContentCase: Sendable {
    var type: Int
    var content: String
    var key = ""

    private static let picture = #"{"type":"png","width":1,"height":2,"url":"u","size":0}"#

    private static func pictures(_ last: String) -> String {
        "{\"sourcePicture\":\(Self.picture),\"bigPicture\":\(Self.picture),\"snapshotPicture\":\(last)}"
    }

    private static let video =
        #""videoUrl":"u","videoType":"mp4","videoSize":1,"duration":2,"snapshotUrl":"s","snapshotWidth":3"#

    static let accepted = [
        ContentCase(type: 101, content: #"{"content":"x"}"#),
        ContentCase(type: 101, content: #"{"CONTENT":5,"more":[{"b":1,"a":2}]}"#),
        ContentCase(type: 102, content: Self.pictures(Self.picture)),
        ContentCase(type: 103, content: #"{"sourceUrl":"u","duration":"1","uuid":null}"#),
        ContentCase(type: 104, content: "{\(Self.video),\"snapshotHeight\":4}"),
        ContentCase(type: 105, content: #"{"sourceUrl":"u","fileName":"f","fileSize":10.0}"#),
        ContentCase(type: 106, content: #"{"atUserList":[]}"#),
        ContentCase(type: 106, content: #"{"atUserList":["u"],"isAtSelf":"true","quoteMessage":{},"text":""}"#),
        ContentCase(type: 110, content: #"{"data":"{}"}"#),
        ContentCase(type: 114, content: "{}"),
        ContentCase(type: 118, content: ##"{"content":"# x"}"##),
    ]

    static let refused = [
        ContentCase(type: 101, content: "{}", key: "content.content"),
        ContentCase(type: 101, content: #"{"content":""}"#, key: "content.content"),
        ContentCase(type: 101, content: #"{"content":null}"#, key: "content.content"),
        ContentCase(type: 101, content: #"{"content":{}}"#, key: "content.content"),
        ContentCase(type: 102, content: "{}", key: "sourcePicture"),
        ContentCase(type: 102, content: Self.pictures("null"), key: "snapshotPicture"),
        ContentCase(type: 102, content: Self.pictures("[]"), key: "snapshotPicture"),
        ContentCase(type: 102, content: Self.pictures("{}"), key: "snapshotPicture.type"),
        ContentCase(
            type: 102,
            content: Self.pictures(#"{"type":"png","width":0,"height":2,"url":"u"}"#),
            key: "snapshotPicture.width"
        ),
        ContentCase(type: 103, content: #"{"duration":1}"#, key: "sourceUrl"),
        ContentCase(type: 103, content: #"{"sourceUrl":"u"}"#, key: "duration"),
        ContentCase(type: 103, content: #"{"sourceUrl":"u","duration":0}"#, key: "duration"),
        ContentCase(type: 103, content: #"{"sourceUrl":"u","duration":-1}"#, key: "duration"),
        ContentCase(type: 103, content: #"{"sourceUrl":"u","duration":"x"}"#, key: "duration"),
        ContentCase(type: 103, content: #"{"sourceUrl":"u","duration":1e300}"#, key: "duration"),
        ContentCase(type: 104, content: "{\(Self.video)}", key: "snapshotHeight"),
        ContentCase(type: 105, content: #"{"sourceUrl":"u","fileName":"f"}"#, key: "fileSize"),
        ContentCase(type: 105, content: #"{"sourceUrl":"u","fileName":[],"fileSize":1}"#, key: "fileName"),
        ContentCase(type: 106, content: "{}", key: "atUserList"),
        ContentCase(type: 106, content: #"{"atUserList":"u"}"#, key: "atUserList"),
        ContentCase(type: 106, content: #"{"atUserList":[{}]}"#, key: "atUserList"),
        ContentCase(
            type: 106,
            content: "{\"atUserList\":[\(Array(repeating: "\"u\"", count: 1001).joined(separator: ","))]}",
            key: "atUserList"
        ),
        ContentCase(type: 106, content: #"{"atUserList":[],"isAtSelf":[]}"#, key: "isAtSelf"),
        ContentCase(type: 110, content: "{}", key: "data"),
        ContentCase(type: 114, content: #"{"text":[]}"#, key: "text"),
        ContentCase(type: 118, content: "{}", key: "content"),
        ContentCase(type: 1400, content: "{}", key: "notificationName"),
        ContentCase(
            type: 1400,
            content: #"{"notificationName":"n","notificationType":1,"text":"t","mixType":6}"#,
            key: "mixType"
        ),
        ContentCase(type: 107, content: "{}", key: "contentType"),
        ContentCase(type: 2101, content: "{}", key: "contentType"),
        ContentCase(type: -5, content: "{}", key: "contentType"),
    ]
}

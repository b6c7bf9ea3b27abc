internal import Hummingbird
internal import IMProtocol

/// An answer before the headers that all answers share.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var contentType = "application/json"
    /// Where to go instead, for redirects.
    var location: String?
    /// The number that the envelope carries; 0 for success and where there is no envelope.
    var errorCode: Int32 = 0
    var body: [UInt8]

    /// What every OPTIONS request is told.
    static let options = Answer(body: [UInt8](#""Options Request!""#.utf8))

    /// What a path or method that does not exist is told.
    static let notFound = Answer(
        status: .notFound,
        contentType: "text/plain",
        body: [UInt8]("404 page not found".utf8)
    )

    /// A redirect to `location`.
    static func redirect(to location: String, _ status: HTTPResponse.Status) -> Answer {
        Answer(status: status, contentType: "text/plain", location: location, body: [])
    }

    /// Success, with the JSON text of `data` unless the call answers nothing.
    static func success(_ data: [UInt8]?) -> Answer {
        var body = [UInt8](#"{"errCode":0,"errMsg":"","errDlt":"""#.utf8)
        if let data {
            body.append(contentsOf: #","data":"#.utf8)
            body.append(contentsOf: data)
        }
        body.append(UInt8(ascii: "}"))
        return Answer(body: body)
    }

    /// A failure; the status is 200 for all that reaches a handler, for clients look at `errCode`.
    static func failure(_ error: IMError, status: HTTPResponse.Status = .ok) -> Answer {
        let envelope = JSONValue.object([
            JSONMember("errCode", .integer(error.code)),
            JSONMember("errMsg", .string(error.message)),
            JSONMember("errDlt", .string(error.detail)),
        ])
        return Answer(status: status, errorCode: error.code, body: envelope.encoded())
    }
}

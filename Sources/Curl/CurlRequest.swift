/// A request to be sent.
public struct CurlRequest: Sendable, Hashable {
    /// The method, as `POST`.
    public var method: String
    /// The absolute URL; `http` or `https`.
    public var url: String
    /// The header fields besides those that libcurl adds (`Host`, `Accept`, `Content-Length`).
    public var headers: [CurlHeader]
    /// The body; `nil` for none.
    public var body: [UInt8]?

    /// A request.
    public init(_ method: String, _ url: String, headers: [CurlHeader] = [], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Throws when the request cannot be sent.
    func check() throws(CurlError) {
        guard CurlToken.isValid(self.method) else { throw CurlError(.invalidRequest, "the method is not a token") }
        let scheme = self.url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw CurlError(.invalidRequest, "only http and https URLs can be requested")
        }
        guard !self.url.utf8.contains(where: { $0 <= 32 || $0 == 127 }) else {
            throw CurlError(.invalidRequest, "the URL contains a blank or a control character")
        }
        for header in self.headers where !header.isValid {
            throw CurlError(.invalidRequest, "a header field cannot be sent")
        }
    }
}

internal import HTTPTypes

extension HTTPField.Name {
    /// The trace id that every POST carries.
    static let operationID = Self.known("operationID")
    /// The caller's token.
    static let token = Self.known("token")
    /// An id that is made for each request.
    static let httpID = Self.known("X-HTTP-ID")
    static let exposeHeaders = Self.known("Access-Control-Expose-Headers")

    /// The name `text`, which is a constant of this file and a legal one.
    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is no name of a header")
        }
        return name
    }
}

extension HTTPFields {
    /// The headers that let pages of any origin call the API; every answer carries them.
    static let crossOrigin: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .accessControlAllowMethods: "*",
        .accessControlAllowHeaders: "*",
        .exposeHeaders: "Content-Length, Access-Control-Allow-Origin, Access-Control-Allow-Headers,Cache-Control,"
            + "Content-Language,Content-Type,Expires,Last-Modified,Pragma,FooBar",
        .accessControlMaxAge: "172800",
        .accessControlAllowCredentials: "false",
    ]
}

/// A complete response.
public struct CurlResponse: Sendable, Hashable {
    /// The status code, as 200.
    public var status: Int
    /// The header fields in their order.
    public var headers: [CurlHeader]
    /// The body.
    public var body: [UInt8]

    /// A response.
    public init(status: Int, headers: [CurlHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first field `name`, in any case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return self.headers.first { $0.name.lowercased() == name }?.value
    }
}

/// Where a MongoDB server listens.
public struct MongoHost: Sendable, Hashable {
    /// Name or address; an IPv6 address goes without brackets, the path of a Unix socket ends in `.sock`.
    public var name: String
    /// TCP port; not used for a Unix socket.
    public var port: Int

    /// A server at a name or address.
    public init(_ name: String, port: Int = 27_017) {
        self.name = name
        self.port = port
    }

    /// As a connection string has it.
    var uriPart: String {
        if self.name.hasPrefix("/") { return MongoURIText.encoded(self.name) }
        return self.name.contains(":") ? "[\(self.name)]:\(self.port)" : "\(self.name):\(self.port)"
    }
}

/// Where one server listens.
public struct PostgresHost: Sendable, Hashable {
    /// Host name, IP address, or the folder of a Unix socket (begins with `/`).
    public var name: String
    /// TCP port, or the number in the name of the Unix socket.
    public var port: Int

    /// The server at `name` and `port`.
    public init(_ name: String, port: Int = 5432) {
        self.name = name
        self.port = port
    }
}

/// A TCP port of loopback that nobody listens on.
enum FreePort {
    struct NotFound: Error {}

    /// The system picks it; it may in theory be taken before it is used.
    static func find() throws -> Int {
        let listener = try LoopbackListener()
        return listener.port
    }
}

/// The reply `OK`, which tells nothing but that the command was carried out.
public struct RedisOK: RedisReply, Hashable {
    /// The reply.
    public init() {}

    /// Checks for the status `OK`.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        guard case .status("OK") = value else { throw value.mismatch("status OK") }
        self.init()
    }
}

import ServerRuntime

/// One server, as routers see it.
protocol NodeLink: AnyObject, Sendable {
    /// Where the server is.
    var address: RedisEndpoint { get }

    /// Sends commands back to back on one connection; a reply each, errors as `.error` elements.
    nonisolated(nonsending) func perform(
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue]

    /// The same for one command.
    nonisolated(nonsending) func perform(
        _ command: RawCommand,
        deadline: Deadline
    ) async throws(RedisError) -> RedisValue

    /// Stops: calls that were not sent fail with `.connectionLost`, certainly not applied, and may be sent elsewhere.
    func close()
}

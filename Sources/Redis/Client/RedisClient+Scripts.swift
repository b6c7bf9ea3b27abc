public import ServerRuntime

extension RedisClient {
    /// Runs a script by its digest; sends the source when the server does not know it.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - keys: its `KEYS`.
    ///   - arguments: its `ARGV`.
    ///   - deadline: when to give up, both tries together; `commandTimeout` from now without one.
    /// - Returns: what the script returns.
    /// - Throws: `.server` for an error reply, and the other codes of `RedisError`.
    public func run(
        _ script: RedisScript,
        keys: [String],
        arguments: [RedisArgument] = [],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> RedisValue {
        let invocation = RedisScriptInvocation(keys: keys, arguments: arguments)
        let deadline = self.resolve(deadline)
        do throws(RedisError) {
            return try await self.send(script.evalshaCommand(invocation), deadline: deadline)
        } catch {
            guard error.serverErrorName == "NOSCRIPT" else { throw error }
            return try await self.send(script.evalCommand(invocation), deadline: deadline)
        }
    }

    /// Runs a script many times in one pipeline, in the given order.
    ///
    /// The first invocation carries the source and so teaches it to the server; the others carry the digest. Thus no
    /// invocation can be passed by a later one, as it could be if unknown scripts were found out from the replies.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - invocations: the keys and arguments of each run; none gives no replies.
    ///   - deadline: when to give up; `commandTimeout` from now without one.
    /// - Returns: what each run returns; error replies are `.error` elements. `NOSCRIPT` can be one only if somebody
    ///   flushes the server's scripts at that moment.
    /// - Throws: the codes of `RedisError` but `.server`.
    public func run(
        _ script: RedisScript,
        invocations: [RedisScriptInvocation],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [RedisValue] {
        guard let first = invocations.first else { return [] }
        let others = invocations.dropFirst().map(script.evalshaCommand)
        return try await self.send(pipeline: [script.evalCommand(first)] + others, deadline: deadline)
    }
}

public import ServerRuntime

extension RedisCommandRunner {
    /// Runs a script by its digest; sends the source when the server does not know it.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - keys: its `KEYS`, in a cluster all of one slot.
    ///   - arguments: its `ARGV`.
    ///   - deadline: when to give up, both tries together; a default of the runner without one.
    /// - Returns: what the script returns.
    /// - Throws: as `send(_:deadline:)`.
    @discardableResult
    public func run<Reply>(
        _ script: RedisScript<Reply>,
        keys: [String] = [],
        arguments: [RedisArgument] = [],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Reply {
        let invocation = RedisScriptInvocation(keys: keys, arguments: arguments)
        let deadline = self.resolve(deadline)
        do throws(RedisError) {
            return try await self.send(script.evalshaCommand(invocation), deadline: deadline)
        } catch {
            guard error.isUnknownScript else { throw error }
            return try await self.send(script.evalCommand(invocation), deadline: deadline)
        }
    }

    /// Runs a script many times in one pipeline, in the given order.
    ///
    /// The first invocation carries the source and so teaches it to its server; the others carry the digest. Where
    /// another server of a cluster does not know the digest yet, its invocations are sent a second time, with the source
    /// and in their order: `NOSCRIPT` says that they did nothing. Only if somebody else teaches it the script in
    /// that very moment can one of them be passed by a later one.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - invocations: the keys and arguments of each run; none gives no results.
    ///   - deadline: when to give up, both tries together; a default of the runner without one.
    /// - Returns: what each run returns, in their order; an error reply fails only its own.
    /// - Throws: what concerns all, as `.connectionLost`, then also after some of them were run.
    public func run<Reply>(
        _ script: RedisScript<Reply>,
        invocations: [RedisScriptInvocation],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard let first = invocations.first else { return [] }
        let deadline = self.resolve(deadline)
        let commands = [script.evalCommand(first)] + invocations.dropFirst().map(script.evalshaCommand)
        var results = try await self.send(pipeline: commands, deadline: deadline)
        let unknown = results.indices.filter { index in
            guard case .failure(let error) = results[index] else { return false }
            return error.isUnknownScript
        }
        guard !unknown.isEmpty else { return results }
        let again = unknown.map { script.evalCommand(invocations[$0]) }
        do throws(RedisError) {
            for (index, result) in zip(unknown, try await self.send(pipeline: again, deadline: deadline)) {
                results[index] = result
            }
        } catch {
            var error = error
            // The invocations that were known have been run.
            error.mayHaveBeenApplied = true
            throw error
        }
        return results
    }
}

extension RedisError {
    /// Whether the server did not know the digest, and so did nothing.
    ///
    /// A script that itself calls another one by digest is beyond that point; Redis appends its own digest then.
    fileprivate var isUnknownScript: Bool {
        self.serverErrorName == "NOSCRIPT" && !self.mayHaveBeenApplied
    }
}

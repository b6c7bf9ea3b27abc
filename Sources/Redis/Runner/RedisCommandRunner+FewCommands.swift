public import ServerRuntime

// The forms for a few commands are spelled out because Swift 6.3 takes the literals in `.set("key", "value")` for what they
// are here only: inside a parameter pack it settles on `String` before it looks at the factory. With more commands write
// `RedisCommand.set("key", "value")`.

extension RedisCommandRunner {
    /// Sends two commands back to back; see the form for any number.
    public func pipeline<A, B>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (Result<A, RedisError>, Result<B, RedisError>) {
        try await self.exchange(first, second, deadline: deadline)
    }

    /// Sends three commands back to back; see the form for any number.
    public func pipeline<A, B, C>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>) {
        try await self.exchange(first, second, third, deadline: deadline)
    }

    /// Sends four commands back to back; see the form for any number.
    public func pipeline<A, B, C, D>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        _ fourth: RedisCommand<D>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (
        Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>, Result<D, RedisError>
    ) {
        try await self.exchange(first, second, third, fourth, deadline: deadline)
    }

    /// Sends five commands back to back; see the form for any number.
    public func pipeline<A, B, C, D, E>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        _ fourth: RedisCommand<D>,
        _ fifth: RedisCommand<E>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (
        Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>, Result<D, RedisError>,
        Result<E, RedisError>
    ) {
        try await self.exchange(first, second, third, fourth, fifth, deadline: deadline)
    }

    /// Carries out two commands as one transaction; see the form for any number.
    public func transaction<A, B>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (Result<A, RedisError>, Result<B, RedisError>) {
        try await self.execute(first, second, deadline: deadline)
    }

    /// Carries out three commands as one transaction; see the form for any number.
    public func transaction<A, B, C>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>) {
        try await self.execute(first, second, third, deadline: deadline)
    }

    /// Carries out four commands as one transaction; see the form for any number.
    public func transaction<A, B, C, D>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        _ fourth: RedisCommand<D>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (
        Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>, Result<D, RedisError>
    ) {
        try await self.execute(first, second, third, fourth, deadline: deadline)
    }

    /// Carries out five commands as one transaction; see the form for any number.
    public func transaction<A, B, C, D, E>(
        _ first: RedisCommand<A>,
        _ second: RedisCommand<B>,
        _ third: RedisCommand<C>,
        _ fourth: RedisCommand<D>,
        _ fifth: RedisCommand<E>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (
        Result<A, RedisError>, Result<B, RedisError>, Result<C, RedisError>, Result<D, RedisError>,
        Result<E, RedisError>
    ) {
        try await self.execute(first, second, third, fourth, fifth, deadline: deadline)
    }
}

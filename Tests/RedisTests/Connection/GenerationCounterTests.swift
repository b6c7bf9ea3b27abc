import Testing

@testable import Redis

@Suite struct GenerationCounterTests {
    private func code(_ result: Result<Int, RedisError>) -> RedisError.Code? {
        guard case .failure(let error) = result else { return nil }
        return error.code
    }

    @Test func `what has happened already is not waited for`() async throws {
        let counter = GenerationCounter(waitersMax: 1)
        counter.advance()
        #expect(try await counter.next(after: 0).get() == 1 && counter.current == 1)
    }

    @Test func `all who wait are told`() async throws {
        let counter = GenerationCounter(waitersMax: 10)
        let waiters = (0..<10).map { _ in Task { await counter.next(after: 0) } }
        counter.advance()
        for waiter in waiters { #expect(try await waiter.value.get() == 1) }
    }

    @Test func `waiting ends by cancellation, by closing, and is refused above the bound`() async {
        let counter = GenerationCounter(waitersMax: 0)
        #expect(self.code(await counter.next(after: 0)) == .queueFull)
        let cancelled = Task { await GenerationCounter(waitersMax: 1).next(after: 0) }
        cancelled.cancel()
        #expect(self.code(await cancelled.value) == .cancelled)
        let closing = GenerationCounter(waitersMax: 1)
        let waiter = Task { await closing.next(after: 0) }
        closing.close()
        #expect(self.code(await waiter.value) == .closed)
        closing.advance()
        #expect(self.code(await closing.next(after: 0)) == .closed)
    }
}

import ServerRuntime
import Testing

@testable import Caching

/// Callers of one piece of work: who gets what, and when it is called off.
@Suite struct FlightTests {
    private static func environment(_ world: World) -> CacheEnvironment {
        let schedule = world.schedule
        return CacheEnvironment(
            sleep: { try await schedule.sleep(for: $0) },
            now: { schedule.now() },
            newOwner: { "owner" },
            fraction: { 0 },
            executor: world.server.executor
        )
    }

    private static func withFlight(
        isBackground: Bool = false,
        _ body: @escaping @Sendable (World, ModelProcess, Flight<Int>) async throws -> Void
    ) async {
        await withWorld { world in
            let process = try world.process()
            try await body(world, process, Flight<Int>(Self.environment(world), isBackground: isBackground))
        }
    }

    /// A caller that waits for a minute at the most.
    private static func caller(
        _ world: World,
        _ process: ModelProcess,
        _ flight: Flight<Int>,
        for limit: Duration = .seconds(60)
    ) -> Call<Int>? {
        guard let ticket = flight.join() else { return nil }
        let deadline = world.schedule.now() + limit
        return process.call { _ in try await flight.value(for: ticket, deadline: deadline) }
    }

    @Test func `all callers get the result, also those that come to wait when it is there`() async {
        await Self.withFlight { world, process, flight in
            let early = (0..<3).map { _ in Self.caller(world, process, flight) }
            let ticket = flight.join()
            try await world.sleep(.milliseconds(1))
            flight.finish(.success(7))
            for call in early { world.expect(try await call?.result?.get() == 7, "a caller got something else") }
            guard let ticket else { return world.violate("nobody could join") }
            let late = try await flight.value(for: ticket, deadline: world.schedule.now())
            world.expect(late == 7, "the late caller got \(late)")
        }
    }

    @Test func `all callers get the error`() async {
        struct Failure: Error {}
        await Self.withFlight { world, process, flight in
            let calls = (0..<3).map { _ in Self.caller(world, process, flight) }
            flight.finish(.failure(Failure()))
            for call in calls {
                guard case .failure(is Failure)? = await call?.result else { return world.violate("no error") }
            }
        }
    }

    @Test func `nobody joins after the end, the seal, or the calling off`() async {
        await Self.withFlight { world, process, flight in
            flight.seal()
            world.expect(flight.join() == nil, "a sealed flight took a caller")
            let finished = Flight<Int>(Self.environment(world))
            finished.finish(.success(1))
            world.expect(finished.join() == nil, "a finished flight took a caller")
            let deserted = Flight<Int>(Self.environment(world))
            let call = Self.caller(world, process, deserted)
            try await world.sleep(.milliseconds(1))
            call?.cancel()
            _ = await call?.result
            world.expect(deserted.join() == nil, "a flight that was called off took a caller")
        }
    }

    @Test func `each caller ends at its own deadline`() async {
        await Self.withFlight { world, process, flight in
            let limits: [Duration] = [.seconds(3), .seconds(1), .seconds(2), .zero]
            let calls = limits.map { Self.caller(world, process, flight, for: $0) }
            for (limit, call) in zip(limits, calls).sorted(by: { $0.0 < $1.0 }) {
                guard case .failure(let error)? = await call?.result, let error = error as? RocksCacheError else {
                    return world.violate("the call of \(limit) did not fail")
                }
                world.expect(error.code == .deadlineExceeded, "it failed with \(error)")
                let difference = world.schedule.time - limit
                world.expect(difference < .milliseconds(1), "\(limit) took \(world.schedule.time)")
            }
        }
    }

    @Test func `a step is cancelled when the last caller has gone and not before`() async {
        await Self.withFlight { world, process, flight in
            let calls = (0..<3).compactMap { _ in Self.caller(world, process, flight) }
            let work = process.call { _ in
                try await flight.step { try await world.sleep(.seconds(3600)) }
            }
            try await world.sleep(.milliseconds(1))
            for (index, call) in calls.enumerated() {
                world.expect(!work.isOver, "the step ended with \(calls.count - index) callers")
                call.cancel()
                _ = await call.result
                try await world.sleep(.milliseconds(1))
            }
            guard case .failure(is CancellationError)? = await work.result else {
                return world.violate("the step was not cancelled")
            }
            let next = process.call { _ in try await flight.step { 1 } }
            guard case .failure(is CancellationError)? = await next.result else {
                return world.violate("a step began for nobody")
            }
        }
    }

    @Test func `deadlines call the work off too, but never work in the background`() async {
        for isBackground in [false, true] {
            await Self.withFlight(isBackground: isBackground) { world, process, flight in
                let call = Self.caller(world, process, flight, for: .seconds(1))
                let work = process.call { _ in
                    try await flight.step { try await world.sleep(.seconds(5)) }
                }
                _ = await call?.result
                _ = await work.result
                let end: Duration = isBackground ? .seconds(5) : .seconds(1)
                let difference = world.schedule.time - end
                world.expect(difference < .milliseconds(1), "the step ended after \(world.schedule.time)")
            }
        }
    }

    @Test func `stages tell who came before a request was sent`() async {
        await Self.withFlight { world, _, flight in
            let before = flight.join()
            let first = flight.nextStage()
            let between = flight.join()
            let second = flight.nextStage()
            world.expect(
                before.map { $0.stage < first } == true,
                "the first caller did not come before the first stage"
            )
            world.expect(between?.stage == first, "the second caller came in \(String(describing: between?.stage))")
            world.expect(second > first, "stages do not grow")
        }
    }

    @Test func `a caller that was cancelled before it waits leaves at once`() async {
        await Self.withFlight { world, process, flight in
            guard let ticket = flight.join() else { return }
            let deadline = world.schedule.now() + .seconds(60)
            let call = process.call { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                return try await flight.value(for: ticket, deadline: deadline)
            }
            guard case .failure(is CancellationError)? = await call.result else {
                return world.violate("the caller waited")
            }
            world.expect(flight.join() == nil, "the flight was not called off")
        }
    }
}

import ServerRuntime
import Testing

@testable import Caching

/// Who waits for changes of entries, and who is woken.
@Suite struct WakeUpsTests {
    private static func environment(_ world: World) -> CacheEnvironment {
        let schedule = world.schedule
        return CacheEnvironment(
            sleep: { try await schedule.sleep(for: $0) },
            now: { schedule.now() },
            newOwner: { "owner" },
            fraction: { 0 },
            executor: nil
        )
    }

    /// Waits a second for one of the keys, and says whether it was woken, and after how long.
    private static func wait(
        _ keys: [String],
        _ wakeUps: WakeUps,
        _ world: World,
        _ process: ModelProcess
    ) -> Call<Bool> {
        let waiter = wakeUps.add(keys)
        return process.call { _ in
            defer { wakeUps.remove(waiter) }
            return try await waiter.wait(for: .seconds(1), Self.environment(world))
        }
    }

    @Test func `a change wakes those who wait for its key, and nobody else`() async {
        await withWorld { world in
            let (wakeUps, process) = (WakeUps(), try world.process())
            let woken = [
                Self.wait(["a"], wakeUps, world, process), Self.wait(["a", "b"], wakeUps, world, process),
            ]
            let other = Self.wait(["b"], wakeUps, world, process)
            try await world.sleep(.milliseconds(100))
            wakeUps.wake("a")
            for call in woken { world.expect(try await call.result?.get() == true, "a waiter was not woken") }
            world.expect(world.schedule.time == .milliseconds(100), "it took \(world.schedule.time)")
            world.expect(try await other.result?.get() == false, "another waiter was woken")
            world.expect(world.schedule.time == .seconds(1), "it waited \(world.schedule.time)")
        }
    }

    @Test func `a change between listening and waiting is not lost`() async {
        await withWorld { world in
            let wakeUps = WakeUps()
            let waiter = wakeUps.add(["a"])
            wakeUps.wake("a")
            let isWoken = try await waiter.wait(for: .seconds(1), Self.environment(world))
            world.expect(isWoken && world.schedule.time == .zero, "it waited \(world.schedule.time)")
        }
    }

    @Test func `who has stopped listening is not woken`() async {
        await withWorld { world in
            let wakeUps = WakeUps()
            let waiter = wakeUps.add(["a", "b"])
            wakeUps.remove(waiter)
            wakeUps.wake("a")
            wakeUps.wakeAll()
            let isWoken = try await waiter.wait(for: .seconds(1), Self.environment(world))
            world.expect(!isWoken, "it was woken")
        }
    }

    @Test func `everybody looks again when the connection for wake-ups comes or goes`() async {
        for isListening in [true, false] {
            await withWorld { world in
                let (wakeUps, process) = (WakeUps(), try world.process())
                let calls = [
                    Self.wait(["a"], wakeUps, world, process), Self.wait(["b", "c"], wakeUps, world, process),
                ]
                try await world.sleep(.milliseconds(10))
                wakeUps.setListening(isListening)
                world.expect(wakeUps.isListening == isListening, "the state is wrong")
                for call in calls { world.expect(try await call.result?.get() == true, "a waiter was not woken") }
            }
        }
    }

    @Test func `a waiter can be cancelled`() async {
        await withWorld { world in
            let (wakeUps, process) = (WakeUps(), try world.process())
            let call = Self.wait(["a"], wakeUps, world, process)
            try await world.sleep(.milliseconds(10))
            call.cancel()
            guard case .failure(is CancellationError)? = await call.result else {
                return world.violate("it was not cancelled")
            }
            world.expect(world.schedule.time == .milliseconds(10), "it took \(world.schedule.time)")
        }
    }
}

import Logging
import Redis
import ServerRuntime

/// Hears on a Redis channel which entries have changed, and wakes those who wait for them.
struct WakeListener {
    private let redis: RedisClient
    private let wakeUps: WakeUps
    private let logger: Logger

    init(_ redis: RedisClient, _ wakeUps: WakeUps, _ logger: Logger) {
        self.redis = redis
        self.wakeUps = wakeUps
        self.logger = logger
    }

    /// Listens until the task is cancelled; without a subscription waiting fetches poll.
    func run() async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                let subscription = try await self.redis.subscribe(to: [RedisEntryStore.wakeChannel])
                self.wakeUps.setListening(true)
                attempt = 0
                for try await event in subscription {
                    switch event {
                    case .message(_, _, let payload): self.wakeUps.wake(String(decoding: payload, as: UTF8.self))
                    case .gap: self.wakeUps.wakeAll()
                    }
                }
            } catch {
                if !Task.isCancelled {
                    self.logger.info("cannot hear of changed cache entries", metadata: ["error": "\(error)"])
                }
            }
            self.wakeUps.setListening(false)
            attempt += 1
            // Throws when the task is cancelled, which ends the loop.
            try? await Task.sleep(for: Backoff().delay(attempt: attempt), clock: .continuous)
        }
    }
}

public import Logging
public import Metrics
public import Redis
public import ServerRuntime
import Synchronization

/// Carries invalidations between processes over Redis channels, for local caches.
///
/// A message is a JSON array of keys, as OpenIM sends it. Redis keeps no messages, so the attached caches never trust a
/// subscription that may have missed some:
///
/// - They keep values only while `run()` has a standing subscription. Before, after, and while Redis refuses it
///   (`NOPERM`, a wrong password) they are empty and every call loads; callers still share loads that are under way.
/// - They are emptied when a subscription begins to stand, after a reconnection and after a buffer that was full.
/// - A connection that is dead without anybody noticing is found by silence: whoever has heard nothing for a quarter of
///   `silenceMax` publishes an empty array, which all processes hear, so that there is about one per quarter for all of
///   them together. After `silenceMax` without a message the subscription counts as lost, and a new one is made.
///
/// So no value outlives its invalidation by more than about `silenceMax`, whatever the network does.
///
///     let bus = CacheInvalidationBus(
///         redis: redis,
///         routes: [CacheInvalidationRoute(channel: "DELETE_CACHE_USER", prefixes: ["USER_INFO:"])],
///         logger: logger
///     )
///     bus.attach(users, to: "DELETE_CACHE_USER")
///     // bus.run() is a service or a child task; after each commit that changes a user:
///     try await bus.publish(["USER_INFO:\(id)"])
public final class CacheInvalidationBus: Sendable {
    private struct State: Sendable {
        var caches: [String: [any InvalidatedCache]] = [:]
        var isRunning = false
    }

    /// Why a subscription is not used any more.
    private enum End {
        case silence
        case cancelled
        case failed(any Error)
    }

    private let redis: RedisClient
    private let routes: [CacheInvalidationRoute]
    private let silenceMax: Duration
    private let backoff: Backoff
    private let logger: Logger
    private let metrics: CacheInvalidationMetrics
    private let state = Mutex(State())
    private let lastHeard = Mutex(Deadline.now)

    /// Creates a bus, which does nothing until `run()`.
    ///
    /// - Parameters:
    ///   - redis: must be running; its user needs `SUBSCRIBE` and `PUBLISH` on the channels.
    ///   - routes: which keys are announced where. A key with several routes goes to each of their channels once, a key
    ///     without any goes nowhere.
    ///   - silenceMax: how long a subscription is trusted that delivers nothing; at least 100 ms.
    ///   - logger: gets subscriptions that fail as `warning`, and those that stand as `info`.
    ///   - metrics: where the metrics go; the global system's by default.
    public init(
        redis: RedisClient,
        routes: [CacheInvalidationRoute],
        silenceMax: Duration = .seconds(5),
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) {
        self.redis = redis
        self.routes = routes
        self.silenceMax = max(silenceMax, .milliseconds(100))
        self.backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(5))
        self.logger = logger
        self.metrics = CacheInvalidationMetrics(factory: metrics ?? MetricsSystem.factory)
    }

    /// Lets the messages of `channel` invalidate `cache`, which from now on keeps values only while a subscription stands.
    ///
    /// To be called before `run()`: a cache that comes later stays empty. A cache may be attached to several channels of
    /// one bus, but not to several buses.
    public func attach<Value: Sendable>(_ cache: LocalCache<Value>, to channel: String) {
        cache.stopKeeping()
        self.state.withLock { $0.caches[channel, default: []].append(cache) }
    }

    // MARK: - Publishing

    /// Announces that the values of `keys` have changed, on the channels of their routes.
    ///
    /// This process drops its own copies first, also when Redis cannot be reached. All messages are tried, each with at
    /// most 500 keys, even when one fails; after an error repeat the whole call, which is harmless.
    ///
    /// - Parameters:
    ///   - keys: after the change has been committed.
    ///   - deadline: when to give up; the client's `commandTimeout` for each message without one.
    /// - Throws: the first error of Redis; some or all messages may have been sent.
    public func publish(_ keys: [String], deadline: Deadline? = nil) async throws(RedisError) {
        var channels: [String: [String]] = [:]
        for key in keys {
            for channel in Set(self.routes.filter { $0.covers(key) }.map(\.channel)) {
                channels[channel, default: []].append(key)
            }
        }
        try await self.send(channels, deadline)
    }

    /// The same on one channel, whatever the routes say.
    ///
    /// - Parameters:
    ///   - keys: after the change has been committed.
    ///   - channel: the name of the channel, which needs no route.
    ///   - deadline: when to give up; the client's `commandTimeout` for each message without one.
    /// - Throws: the first error of Redis; some or all messages may have been sent.
    public func publish(
        _ keys: [String],
        to channel: String,
        deadline: Deadline? = nil
    ) async throws(RedisError) {
        try await self.send(keys.isEmpty ? [:] : [channel: keys], deadline)
    }

    private func send(_ channels: [String: [String]], _ deadline: Deadline?) async throws(RedisError) {
        for (channel, keys) in channels { self.invalidate(keys, of: channel) }
        var failure: RedisError?
        for (channel, keys) in channels {
            for message in InvalidationPayload.messages(keys) {
                do throws(RedisError) {
                    try await self.redis.send(.publish(channel, .bytes(message)), deadline: deadline)
                } catch {
                    failure = failure ?? error
                }
            }
            self.metrics.published(keys.count)
        }
        if let failure { throw failure }
    }

    // MARK: - Listening

    /// Subscribes to the channels of the attached caches, again and again, until the surrounding task is cancelled.
    ///
    /// - Throws: `.alreadyRunning` when it is called while it runs.
    public func run() async throws {
        let isFirst = self.state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { throw RedisError(.alreadyRunning, "the bus is running already") }
        defer { self.state.withLock { $0.isRunning = false } }
        let channels = self.state.withLock { $0.caches.keys.sorted() }
        var failures = 0
        while !Task.isCancelled {
            guard !channels.isEmpty else {
                // Cancelled, the loop ends by itself; here and below.
                try? await Task.sleep(for: .seconds(3600))
                continue
            }
            do throws(RedisError) {
                let subscription = try await self.redis.subscribe(to: channels)
                failures = 0
                self.begin(channels)
                let end = await self.follow(subscription, heartbeat: channels[0])
                self.end(channels, end)
            } catch {
                self.end(channels, .failed(error))
            }
            failures += 1
            // Cancelled, the loop ends by itself.
            try? await Task.sleep(for: self.backoff.delay(attempt: failures))
        }
    }

    private func begin(_ channels: [String]) {
        self.heard()
        for cache in self.allCaches { cache.startKeeping() }
        self.metrics.began()
        self.logger.info("cache invalidations are received", metadata: ["channels": "\(channels)"])
    }

    private func end(_ channels: [String], _ end: End) {
        for cache in self.allCaches { cache.stopKeeping() }
        self.metrics.ended()
        var metadata: Logger.Metadata = ["channels": "\(channels)"]
        switch end {
        case .cancelled: return
        case .silence: metadata["reason"] = "nothing was heard for \(self.silenceMax)"
        case .failed(let error):
            if Task.isCancelled { return }
            metadata["reason"] = "\(error)"
        }
        self.logger.warning("no cache invalidations are received, local caches stay empty", metadata: metadata)
    }

    /// Applies what is received until the subscription ends, falls silent or the task is cancelled.
    private func follow(_ subscription: RedisSubscription, heartbeat channel: String) async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask { await self.read(subscription) }
            group.addTask { await self.keepAwake(channel) }
            group.addTask { await self.watchSilence() }
            defer { group.cancelAll() }
            return await group.next() ?? .cancelled
        }
    }

    private func read(_ subscription: RedisSubscription) async -> End {
        do {
            for try await event in subscription {
                self.heard()
                switch event {
                case .message(let channel, _, let payload): self.receive(payload, on: channel)
                case .gap(let gap): self.flush(after: gap)
                }
            }
            return .cancelled
        } catch {
            return Task.isCancelled ? .cancelled : .failed(error)
        }
    }

    /// Publishes an empty message whenever it has been silent for a while.
    private func keepAwake(_ channel: String) async -> End {
        let interval = self.silenceMax / 4
        while !Task.isCancelled {
            // At random, so that one process speaks and all others hear it before their turn comes.
            try? await Task.sleep(for: interval * Double.random(in: 0.5...1))
            guard self.silence >= interval / 2 else { continue }
            // An error shows as silence; a reply is no proof that the subscription works.
            _ = try? await self.redis.send(
                .publish(channel, .bytes(InvalidationPayload.heartbeat)),
                deadline: .after(interval)
            )
        }
        return .cancelled
    }

    /// Ends when nothing has been heard for too long.
    ///
    /// A task of its own: whatever becomes of a publication, the silence is noticed in time.
    private func watchSilence() async -> End {
        while !Task.isCancelled {
            let silence = self.silence
            if silence >= self.silenceMax { return .silence }
            try? await Task.sleep(for: self.silenceMax - silence)
        }
        return .cancelled
    }

    private var silence: Duration {
        self.lastHeard.withLock { $0 }.elapsed
    }

    private func heard() {
        self.lastHeard.withLock { $0 = .now }
    }

    private func receive(_ payload: [UInt8], on channel: String) {
        guard let keys = InvalidationPayload.keys(payload) else {
            // Something has changed, and nobody can say what.
            self.metrics.receivedGarbage()
            self.logger.warning(
                "an invalidation that cannot be read empties the caches of its channel",
                metadata: ["channel": "\(channel)", "bytes": "\(payload.count)"]
            )
            for cache in self.caches(of: channel) { cache.removeAll() }
            return
        }
        guard !keys.isEmpty else { return }
        self.metrics.received(keys.count)
        self.invalidate(keys, of: channel)
    }

    private func flush(after gap: RedisSubscriptionGap) {
        switch gap {
        case .reconnected: self.metrics.flushedAfterReconnection()
        case .bufferFull: self.metrics.flushedAfterOverrun()
        }
        for cache in self.allCaches { cache.removeAll() }
    }

    // MARK: - Caches

    private var allCaches: [any InvalidatedCache] {
        self.state.withLock { state in state.caches.values.flatMap { $0 } }
    }

    private func caches(of channel: String) -> [any InvalidatedCache] {
        self.state.withLock { $0.caches[channel] ?? [] }
    }

    private func invalidate(_ keys: [String], of channel: String) {
        for cache in self.caches(of: channel) { cache.invalidate(keys) }
    }
}

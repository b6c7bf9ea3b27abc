import Logging
import NIOCore
import NIOPosix
import ServerRuntime
import Synchronization

@testable import KafkaDev

/// A broker on a file layer in memory that can crash and start again, with a clock that only tests move.
final class RestartingBroker {
    /// Milliseconds that stand still for a broker of before a crash.
    final class Clock: Sendable {
        private let now: Atomic<Int64>

        init(_ now: Int64) {
            self.now = Atomic(now)
        }

        var milliseconds: Int64 { self.now.load(ordering: .relaxed) }

        func advance(_ milliseconds: Int64) {
            self.now.add(milliseconds, ordering: .relaxed)
        }
    }

    /// Replies that nobody waits for at the moment.
    private final class Replies: Sendable {
        let byTicket = Mutex<[Int: BrokerCall.Reply]>([:])
    }

    /// A request that is answered some time.
    struct Ticket: Hashable {
        let number: Int
        let version: Int16
    }

    private let settings: KafkaDevConfiguration
    private let files = ForgetfulFileLayer()
    private let loop: any EventLoop
    private let thread: NIOThreadPool
    private(set) var clock = Clock(1_000_000)
    private var broker: NIOLoopBound<Broker>
    private var replies = Replies()
    private var last = 0

    private init(_ settings: KafkaDevConfiguration, _ loop: any EventLoop, _ thread: NIOThreadPool) async throws {
        self.settings = settings
        self.loop = loop
        self.thread = thread
        self.broker = try await Self.start(settings, self.files, loop, thread, self.clock)
    }

    /// Runs `body` with a broker that has topic `t` of two partitions.
    static func with(_ fsync: FsyncPolicy, _ body: (RestartingBroker) async throws -> Void) async throws {
        var settings = BrokerFixture.settings
        settings.fsync = fsync
        settings.retentionInterval = .seconds(86_400)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(RestartingBroker(settings, group.next(), thread)))
        } catch {
            result = .failure(error)
        }
        try await thread.shutdownGracefully()
        try await group.shutdownGracefully()
        try result.get()
    }

    private static func start(
        _ settings: KafkaDevConfiguration,
        _ files: ForgetfulFileLayer,
        _ loop: any EventLoop,
        _ thread: NIOThreadPool,
        _ clock: Clock
    ) async throws -> NIOLoopBound<Broker> {
        try await loop.submit {
            let wall = WallClock { clock.milliseconds }
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let broker = Broker(
                configuration: settings,
                files: files,
                loop: loop,
                thread: thread,
                clock: wall,
                groupClock: wall,
                logger: logger
            )
            try broker.open()
            return NIOLoopBound(broker, eventLoop: loop)
        }.get()
    }

    /// Ends the broker as `kill -9` does, or as a power cut that keeps a share of what was not synced, and starts another.
    func crash(keeping share: Double?) async throws {
        let (old, thread) = (self.broker, self.thread)
        try await self.loop.submit {
            for entry in old.value.groups.values { entry.timer?.cancel() }
            // What it was told to sync and had not begun to is lost with it.
            old.value.syncer.stop {}
        }.get()
        // A sync that runs ends before the power does.
        try await thread.runIfActive {}
        if let share { self.files.powerCut(keeping: share) }
        self.replies = Replies()
        self.clock = Clock(self.clock.milliseconds)
        self.broker = try await Self.start(self.settings, self.files, self.loop, self.thread, self.clock)
    }

    /// Lets time pass, with the groups' timers.
    func advance(_ milliseconds: Int64) async throws {
        self.clock.advance(milliseconds)
        let broker = self.broker
        try await self.loop.submit {
            for entry in broker.value.groups.values { broker.value.timePassed(entry) }
        }.get()
    }

    /// Forgets what is too old.
    func applyRetention() async throws {
        let broker = self.broker
        try await self.loop.submit { broker.value.applyRetention() }.get()
    }

    /// Makes a request whose answer may come later.
    func send<API: BrokerAPI>(
        _: API.Type,
        _ version: Int16? = nil,
        _ build: (inout API.Request) -> Void
    ) async throws
        -> Ticket
    {
        self.last += 1
        let ticket = Ticket(number: self.last, version: version ?? API.key.versions.upperBound)
        let frame = try BrokerFixture.frame(API.self, ticket.version, build)
        let (broker, replies) = (self.broker, self.replies)
        try await self.loop.submit {
            broker.value.receive(frame, connection: UInt64(ticket.number), clientHost: "h") { reply in
                replies.byTicket.withLock { $0[ticket.number] = reply }
            }
        }.get()
        return ticket
    }

    /// The answer to a request, once; nil when there is none yet.
    func answer<API: BrokerAPI>(_: API.Type, _ ticket: Ticket) throws -> API.Response? {
        guard case .frame(let bytes, _) = self.replies.byTicket.withLock({ $0.removeValue(forKey: ticket.number) })
        else { return nil }
        return try BrokerFixture.response(API.self, ticket.version, bytes)
    }

    /// Makes a request and waits for its answer.
    func ask<API: BrokerAPI>(_: API.Type, _ build: (inout API.Request) -> Void) async throws -> API.Response {
        let ticket = try await self.send(API.self, nil, build)
        while true {
            if let answer = try self.answer(API.self, ticket) { return answer }
            // A sync is under way, and its end comes back by the loop.
            try await self.thread.runIfActive {}
            try await self.loop.submit {}.get()
        }
    }
}

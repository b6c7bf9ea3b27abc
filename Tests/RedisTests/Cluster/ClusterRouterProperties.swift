import Logging
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Redis

/// Many callers, while the cluster changes under them.
@Suite struct ClusterRouterProperties {
    /// What is known of one write: its key, its value, and how it ended.
    private struct Write {
        enum End {
            case applied
            case notApplied
            case unknown
        }

        let key: RedisArgument
        let value: String
        var end = End.unknown
    }

    private static let keys = (0..<24).map { RedisArgument("{tag\($0 / 3)}key\($0 % 3)") }

    private static let settings = ClusterSettings(
        refreshInterval: .milliseconds(50),
        refreshPause: .milliseconds(2),
        refreshTimeout: .milliseconds(500),
        refreshPatience: .milliseconds(5),
        retry: Backoff(initial: .milliseconds(1), maximum: .milliseconds(20)),
        rediscovery: Backoff(initial: .milliseconds(1), maximum: .milliseconds(20)),
        retirement: .milliseconds(30)
    )

    @Test(.timeLimit(.minutes(1)), arguments: Seed.corpus + [.fresh()], [3, 6])
    func `each write takes effect once, or not, as its caller is told`(seed: Seed, servers: Int) async throws {
        let cluster = ModelCluster(seed: seed, servers: servers, keys: Self.keys)
        let nodes = Mutex<[FakeClusterNode]>([])
        let router = ClusterRouter<FakeClusterNode>(
            seeds: cluster.endpoints,
            settings: Self.settings,
            generator: seed.generator(),
            logger: Logger(label: "cluster-test")
        ) { endpoint in
            let node = cluster.link(endpoint)
            nodes.withLock { $0.append(node) }
            return node
        }
        let pipelines = await withTaskGroup(of: [[Write]].self) { group in
            let disturbance = Task {
                while !Task.isCancelled {
                    cluster.disturb()
                    // Now and then slower than a call, now and then faster.
                    try? await Task.sleep(for: .microseconds(200))
                }
            }
            let running = Task { try await router.run() }
            for caller in 0..<24 {
                group.addTask {
                    var random = Seed(seed.value &+ UInt64(caller)).generator()
                    var pipelines: [[Write]] = []
                    for call in 0..<40 {
                        pipelines.append(await Self.call("\(caller).\(call)", router, &random))
                    }
                    return pipelines
                }
            }
            var pipelines: [[Write]] = []
            for await some in group { pipelines += some }
            disturbance.cancel()
            await disturbance.value
            running.cancel()
            _ = try? await running.value
            return pipelines
        }
        cluster.settle()
        Self.check(pipelines, cluster, "\(seed)")
        let open = nodes.withLock { $0.count { !$0.isClosed } }
        #expect(open == 0, "\(seed): all nodes are closed at the end")
    }

    /// One call with some writes.
    private static func call(
        _ name: String,
        _ router: ClusterRouter<FakeClusterNode>,
        _ random: inout SeededGenerator
    ) async -> [Write] {
        let deadline = Deadline.after(.seconds(20))
        let kind = Int.random(in: 0..<6, using: &random)
        let tag = Int.random(in: 0..<8, using: &random)
        let count = kind == 0 ? 1 : Int.random(in: 1...10, using: &random)
        let ownKeys = kind == 3 ? Array(self.keys[(tag * 3)..<(tag * 3 + 3)]) : self.keys
        var writes = (0..<count).map { index in
            Write(key: ownKeys.randomElement(using: &random) ?? "", value: "\(name).\(index)")
        }
        let pushes = writes.map { RawCommand("RPUSH", [$0.key, .string($0.value)]) }
        do throws(RedisError) {
            switch kind {
            case 0:
                let reply = try await router.perform(pushes[0], deadline: deadline)
                self.note([reply], &writes)
            case 1, 2:
                self.note(try await router.perform(pushes, deadline: deadline), &writes)
            case 3:
                let commands = [RawCommand("MULTI")] + pushes + [RawCommand("EXEC")]
                let replies = try await router.perform(commands, deadline: deadline)
                let end = replies.last ?? .null
                self.note(writes.map { _ in end }, &writes)
            case 4:
                let command = RawCommand("MSET", writes.flatMap { [$0.key, .string($0.value)] })
                let reply = try await router.perform(command, deadline: deadline)
                self.note(writes.map { _ in reply }, &writes)
            default:
                writes = []
                let keys = (0..<count).map { _ in self.keys.randomElement(using: &random) ?? "" }
                let reply = try await router.perform(RawCommand("MGET", keys), deadline: deadline)
                if case .array(let values) = reply { #expect(values.count == keys.count) }
                if count == 1 { _ = try await router.perform(RawCommand("DBSIZE"), deadline: deadline) }
            }
        } catch {
            #expect(error.code == .connectionLost, "\(error)")
            for index in writes.indices { writes[index].end = error.mayHaveBeenApplied ? .unknown : .notApplied }
        }
        return writes
    }

    private static func note(_ replies: [RedisValue], _ writes: inout [Write]) {
        #expect(replies.count == writes.count)
        for (index, reply) in replies.enumerated() where index < writes.count {
            guard case .error(let text) = reply else {
                writes[index].end = .applied
                continue
            }
            writes[index].end = RedisServerErrorText.mayHaveBeenApplied(text) ? .unknown : .notApplied
        }
    }

    private static func check(_ pipelines: [[Write]], _ cluster: ModelCluster, _ note: String) {
        var places: [String: (key: RedisArgument, index: Int)] = [:]
        for key in self.keys {
            let holders = cluster.values(of: key)
            #expect(holders.count <= 1, "\(note): \(key) has \(holders.count) holders")
            for (index, value) in (holders.first ?? []).enumerated() {
                guard case .string(let bytes) = value else { continue }
                let old = places.updateValue((key, index), forKey: String(decoding: bytes, as: UTF8.self))
                #expect(old == nil, "\(note): \(String(decoding: bytes, as: UTF8.self)) was applied twice")
            }
        }
        var ends: [String: Int] = [:]
        for writes in pipelines {
            var last: [RedisArgument: Int] = [:]
            for write in writes {
                let place = places[write.value]
                ends["\(write.end)", default: 0] += 1
                if write.end == .applied { #expect(place != nil, "\(note): \(write) is missing") }
                if write.end == .notApplied { #expect(place == nil, "\(note): \(write) was applied") }
                guard let place else { continue }
                #expect(place.key == write.key && place.index > last[place.key] ?? -1, "\(note): \(write) out of order")
                last[place.key] = place.index
            }
        }
        // Most must succeed, or nothing was tested.
        #expect(ends["applied", default: 0] > 500, "\(note): \(ends)")
        print("\(note): \(ends)")
    }
}

import TestKit
import Testing

@testable import Redis

@Suite struct ClusterTopologyTests {
    private let asked = RedisEndpoint(host: "10.0.0.9", port: 7000)

    private func text(_ text: String) -> RedisValue { .string(Array(text.utf8)) }

    private func node(_ host: RedisValue, _ port: Int64, _ more: RedisValue...) -> RedisValue {
        .array([host, .integer(port)] + more)
    }

    private func range(_ first: Int64, _ last: Int64, _ nodes: RedisValue...) -> RedisValue {
        .array([.integer(first), .integer(last)] + nodes)
    }

    @Test func `ranges, masters and replicas are read`() throws {
        let reply = RedisValue.array([
            self.range(8192, 16_383, self.node(self.text("b"), 2, self.text("id"))),
            self.range(
                0,
                8191,
                self.node(self.text("a"), 1),
                self.node(self.text("d"), 4),
                self.node(self.text("c"), 3)
            ),
        ])
        let topology = try ClusterTopology(reply, from: self.asked)
        #expect(topology.masters.map(\.host) == ["a", "b"])
        #expect(topology.replicas.map(\.host) == ["c", "d"])
        #expect(topology.isComplete && topology.coveredCount == 16_384)
    }

    @Test func `a node without a host is the one that was asked`() throws {
        let reply = RedisValue.array([
            self.range(0, 1, self.node(.null, 1)), self.range(2, 3, self.node(self.text(""), 2)),
        ])
        let topology = try ClusterTopology(reply, from: self.asked)
        #expect(
            topology.masters == [RedisEndpoint(host: "10.0.0.9", port: 1), RedisEndpoint(host: "10.0.0.9", port: 2)]
        )
        #expect(!topology.isComplete && topology.coveredCount == 4)
    }

    @Test func `of an unknown host name the address beside it counts, or the slots have no master`() throws {
        let fields = RedisValue.array([self.text("ip"), self.text("10.1.1.1")])
        let reply = RedisValue.array([
            self.range(0, 1, self.node(self.text("?"), 1, self.text("id"), fields)),
            self.range(2, 3, self.node(self.text("?"), 1, self.text("id"), .array([self.text("ip")]))),
            self.range(4, 5, self.node(self.text("a"), 0)),
        ])
        let topology = try ClusterTopology(reply, from: self.asked)
        #expect(topology.masters == [RedisEndpoint(host: "10.1.1.1", port: 1)] && topology.coveredCount == 2)
    }

    @Test func `malformed replies are errors`() {
        let good = self.node(self.text("a"), 1)
        let replies: [RedisValue] = [
            .null, .integer(1), .error("ERR no cluster"), .array([.null]),
            .array([.array([.integer(0), .integer(1)])]),
            .array([self.range(-1, 1, good)]), .array([self.range(0, 16_384, good)]), .array([self.range(3, 2, good)]),
            .array([self.range(0, 1, .null)]), .array([self.range(0, 1, .array([self.text("a")]))]),
            .array([self.range(0, 1, self.node(.integer(1), 1))]),
            .array([self.range(0, 1, self.node(self.text("a"), -1))]),
            .array([self.range(0, 1, self.node(self.text("a"), 65_536))]),
            .array([self.range(0, 5, good), self.range(5, 9, good)]), .array([self.range(.min, .max, good)]),
            .array([self.range(0, 1, self.node(.string([0xFF]), 1))]),
        ]
        for reply in replies {
            #expect(throws: RedisError.self, "\(reply)") { try ClusterTopology(reply, from: self.asked) }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `replies with anything in any place never trap`(seed: Seed) {
        var random = seed.generator()
        func value(_ depth: Int) -> RedisValue {
            switch Int.random(in: 0..<(depth > 3 ? 5 : 8), using: &random) {
            case 0: return .null
            case 1: return .integer([.min, .max, -1, 0, 1, 5, 16_383, 16_384].randomElement(using: &random) ?? 0)
            case 2: return .string([[], [0xFF], Array("?".utf8), Array("ip".utf8)].randomElement(using: &random) ?? [])
            case 3: return .status("OK")
            case 4: return .error("ERR x")
            default: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in value(depth + 1) })
            }
        }
        for _ in 0..<20_000 {
            // Whatever it is, it must be an answer.
            _ = try? ClusterTopology(value(0), from: self.asked)
            let element = RedisValue.array([.integer(0), .integer(1), value(2), value(2)])
            _ = try? ClusterTopology(.array([element]), from: self.asked)
        }
    }

    @Test func `the view of most nodes is trusted, then the one with most slots`() throws {
        func view(_ master: String, _ last: UInt16, replicas: [RedisEndpoint] = []) throws -> ClusterTopology {
            let endpoint = RedisEndpoint(host: master, port: 1)
            return try ClusterTopology([.init(slots: 0...last, master: endpoint, replicas: replicas)])
        }
        let (old, new) = (try view("old", 16_383), try view("new", 16_383))
        let newer = try view("new", 16_383, replicas: [self.asked])
        #expect(ClusterTopology.mostTrusted([old, new, newer])?.masters == new.masters)
        #expect(ClusterTopology.mostTrusted([try view("a", 10), old])?.masters == old.masters)
        #expect(ClusterTopology.mostTrusted([]) == nil)
    }
}

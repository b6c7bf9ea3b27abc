import Testing

@testable import Redis

@Suite struct CommandRouteTests {
    /// The route of the command that `line` spells, in short.
    private func route(_ line: String) throws(RedisError) -> String {
        let words = line.split(separator: " ").map(String.init)
        let command = RawCommand(words.first ?? "", words.dropFirst().map { RedisArgument($0) })
        switch try CommandRoute(command) {
        case .slot(let slot): return "\(slot)"
        case .anyMaster: return "any"
        case .everyMaster(let merge): return "every, \(merge)"
        case .split(let split): return split.parts.map { "\($0.slot)" }.joined(separator: " ")
        }
    }

    @Test(arguments: [
        ("GET foo", "12182"), ("get foo", "12182"), ("SET bar 1", "5061"), ("MGET {foo}1 {foo}2", "12182"),
        ("EVAL s 1 foo bar", "12182"), ("EVAL s 0 foo", "any"), ("XREAD BLOCK 5 STREAMS foo 0", "12182"),
        ("OBJECT ENCODING foo", "12182"), ("OBJECT HELP", "any"), ("MEMORY USAGE foo", "12182"), ("PING", "any"),
        ("PUBLISH foo m", "any"), ("SPUBLISH foo m", "12182"), ("DBSIZE", "every, sum"), ("FLUSHALL", "every, first"),
        ("KEYS *", "every, concatenation"), ("SCRIPT exists a b", "every, conjunction"),
        ("SCRIPT LOAD s", "every, first"),
        ("CLUSTER INFO", "any"), ("MGET foo bar {foo}x", "12182 5061"), ("DEL foo bar", "12182 5061"),
        ("MSET foo 1 bar 2", "12182 5061"), ("BITOP AND {foo}a foo", "12182"), ("BLPOP foo {foo}b 0", "12182"),
    ])
    func `a command goes where its keys are, or where its kind says`(line: String, expected: String) throws {
        let route = try self.route(line)
        #expect(route == expected)
    }

    @Test(arguments: ["MSETNX foo 1 bar 2", "EVAL s 2 foo bar", "RENAME foo bar", "SUNION foo bar", "PFCOUNT foo bar"])
    func `keys in several slots are refused where the whole must be atomic`(line: String) {
        let error = #expect(throws: RedisError.self) { try self.route(line) }
        #expect(error?.code == .crossSlot && error?.mayHaveBeenApplied == false)
        let message = error?.message ?? ""
        #expect(message.hasPrefix(line.split(separator: " ").first ?? "") && message.contains("(12182, 5061)"))
        #expect(message.contains("hash tag") && !message.contains("foo"))
    }

    @Test(arguments: [
        ("SCAN 0", "node of the cluster"), ("MULTI", "one pipeline"), ("EXEC", "one pipeline"),
        ("SELECT 1", "database 0"),
        ("CONFIG GET x", "node of the cluster"), ("SCRIPT KILL", "node of the cluster"), ("SCRIPT", "node of the"),
        ("WATCH foo", "connection to one node"), ("SUBSCRIBE c", "connection to one node"), ("MEMORY STATS", "node of"),
        ("GET", "do not say which keys"), ("EVAL s x foo", "do not say which keys"), ("EVAL s 9 foo", "do not say"),
        ("EVAL s -1 foo", "do not say which keys"), ("XREAD foo", "do not say which keys"),
        ("MSET foo 1 bar", "do not"),
        ("FROBNICATE foo", "routed(by:)"),
    ])
    func `what a cluster cannot do is refused with advice`(line: String, advice: String) {
        let error = #expect(throws: RedisError.self) { try self.route(line) }
        #expect(error?.code == .invalidArgument && error?.mayHaveBeenApplied == false)
        #expect(error?.message.contains(advice) == true, "\(error?.message ?? "")")
    }

    @Test func `a key that is stated decides, for unknown commands as well`() throws {
        for command in [RawCommand("FROBNICATE", ["x"]), RawCommand("EVAL", ["s", 0]), RawCommand("SCAN", [0])] {
            guard case .slot(let slot) = try CommandRoute(command.routed(by: "foo")) else {
                Issue.record("no slot for \(command.name)")
                continue
            }
            #expect(slot.number == 12_182)
        }
    }

    @Test func `a name that is too long is cut in messages`() {
        let error = #expect(throws: RedisError.self) { try self.route(String(repeating: "x", count: 10_000)) }
        #expect((error?.message.count ?? .max) < 200)
    }

    @Test func `arguments of any kind never trap`() {
        var random = SystemRandomNumberGenerator()
        let words: [RedisArgument] = [
            "", "a", 0, -1, 3, .integer(.max), .integer(.min), .bytes([0xFF]), "STREAMS", "KEYS", "STORE", "GROUP",
            "COUNT",
            "9223372036854775807", "BLOCK", "AUTH2", .bytes(Array("store".utf8)),
        ]
        for name in CommandTable.names {
            for _ in 0..<50 {
                let count = Int.random(in: 0...8, using: &random)
                let arguments = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }
                let indices = CommandTable.traits(of: name)?.keys.indices(in: arguments) ?? []
                #expect(indices.allSatisfy(arguments.indices.contains), "\(name) \(arguments)")
                // Whatever it is, it must be an answer.
                _ = try? CommandRoute(RawCommand(name, arguments))
            }
        }
    }
}

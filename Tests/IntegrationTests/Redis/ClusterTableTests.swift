import Foundation
import ServerRuntime
import TestKit
import Testing

@testable import Redis

/// What the client knows of slots and keys, compared with what the server says.
@Suite(.serialized, .enabled(if: RedisServerProcess.isAvailable, "there is no redis-server in the PATH"))
struct ClusterTableTests {
    /// Their channels decide about the slot, but are no keys for the server.
    private static let channelCommands: Set<String> = ["SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE"]

    private static let lines = [
        "EVAL s 2 a b c", "EVALSHA s 1 a", "EVAL_RO s 1 a b", "EVALSHA_RO s 3 a b c", "FCALL f 1 a b",
        "FCALL_RO f 2 a b",
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2", "ZINTERSTORE d 1 a", "ZDIFFSTORE d 2 a b", "ZUNION 2 a b", "ZINTER 1 a",
        "ZDIFF 2 a b WITHSCORES", "ZINTERCARD 2 a b LIMIT 1", "SINTERCARD 3 a b c", "LMPOP 2 a b LEFT", "ZMPOP 1 a MIN",
        "BLMPOP 0 2 a b LEFT COUNT 2", "BZMPOP 0.5 1 a MAX", "XREAD COUNT 2 BLOCK 10 STREAMS a b 0 0",
        "XREAD streams a $", "XREADGROUP GROUP g c COUNT 1 NOACK STREAMS a b > >",
        "SORT a BY w_* LIMIT 0 1 GET # STORE b",
        "SORT a STORE b STORE c", "SORT a", "SORT a BY store GET store ALPHA", "SORT_RO a GET b",
        "GEORADIUS a 1 1 1 km STORE b", "GEORADIUS a 1 1 1 km WITHCOORD STOREDIST b",
        "GEORADIUSBYMEMBER a m 1 km STORE b STOREDIST c", "GEORADIUSBYMEMBER a m 1 km",
        "GEOSEARCHSTORE d a FROMMEMBER m",
        "MIGRATE h 1 a 0 10", "MIGRATE h 1 a 0 10 COPY REPLACE AUTH KEYS", "MIGRATE h 1 a 0 10 AUTH2 KEYS KEYS",
        "MEMORY USAGE a", "MEMORY usage a SAMPLES 3", "OBJECT ENCODING a", "OBJECT freq a", "XINFO STREAM a FULL",
        "XINFO GROUPS a", "XINFO CONSUMERS a g", "XGROUP CREATE a g $", "XGROUP DELCONSUMER a g c", "BITOP AND d a b",
        "BLPOP a b 0", "BRPOP a 1", "BZPOPMIN a b c 1", "MSET a 1 b 2", "MSETNX a 1", "COPY a b REPLACE", "LCS a b LEN",
        "BLMOVE a b LEFT LEFT 0", "PFMERGE a b c", "PFCOUNT a b", "WATCH a b",
        "RESTORE a 0 x", "PFDEBUG ENCODING a", "smove a b m", "ZRANGESTORE d a 0 1", "SDIFFSTORE d a b",
    ]

    private func withServer(_ body: (RedisClient) async throws -> Void) async throws {
        var options = RedisServerProcess.Options()
        options.needsBusPort = true
        options.settings = ["cluster-enabled yes"]
        try await RedisServerProcess.with(options) { server in
            try await withRedisClient(server.configuration) { client in try await body(client) }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `the slot of a key is what the server says`(seed: Seed) async throws {
        try await self.withServer { client in
            var random = seed.generator()
            for _ in 0..<2000 {
                let alphabet: [UInt8] = Bool.random(using: &random) ? Array("{}ab".utf8) : Array(0...255)
                let key = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }
                let slot = try await client.send(RedisCommand("CLUSTER", ["KEYSLOT", .bytes(key)])).decode(
                    as: Int64.self
                )
                #expect(HashSlot(bytes: key).number == UInt16(slot), "\(seed), key \(key)")
            }
        }
    }

    @Test func `the table knows each command of the server and where its keys are`() async throws {
        try await self.withServer { client in
            let commands = try await client.send(RedisCommand("COMMAND")).decode(as: [RedisValue].self)
            #expect(commands.count > 200)
            let differences = try commands.map(CommandDescription.init).compactMap(\.difference)
            #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        }
    }

    @Test func `the keys of a command are those that the server finds`() async throws {
        try await self.withServer { client in
            for line in Self.lines {
                let words = line.split(separator: " ").map { RedisArgument(String($0)) }
                try await self.compareKeys(words, client)
            }
        }
    }

    @Test func `the keys of MIGRATE with an empty key are those after KEYS`() async throws {
        try await self.withServer { client in
            try await self.compareKeys(["MIGRATE", "h", 1, "", 0, 10, "AUTH", "p", "KEYS", "a", "b"], client)
            try await self.compareKeys(["MIGRATE", "h", 1, "", 0, 10, "AUTH2", "u", "KEYS", "keys", "a"], client)
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `the keys of commands with any arguments are those that the server finds`(seed: Seed) async throws {
        try await self.withServer { client in
            var random = seed.generator()
            // With arguments that make no sense, how these are read is nobody's business.
            let syntactic: Set<String> = ["GEORADIUS", "GEORADIUSBYMEMBER", "MIGRATE", "XREAD", "XREADGROUP"]
            let names = CommandTable.names.filter { !syntactic.contains($0) }.sorted()
            let words = [
                "a", "b", "c", "", "0", "1", "2", "3", "STORE", "storedist", "BY", "GET", "LIMIT", "KEYS", "STREAMS",
                "COUNT", "BLOCK", "GROUP", "NOACK", "AUTH", "AUTH2", "COPY", "USAGE", "STREAM", "ENCODING", "CREATE",
            ]
            for _ in 0..<6000 {
                let name = names.randomElement(using: &random) ?? "GET"
                let arguments = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    RedisArgument(words.randomElement(using: &random) ?? "")
                }
                try await self.compareKeys([RedisArgument(name)] + arguments, client, "\(seed)")
            }
        }
    }

    /// Compares the keys where the server finds any; it refuses commands without keys and those it cannot parse.
    private func compareKeys(_ words: [RedisArgument], _ client: RedisClient, _ note: String = "") async throws {
        guard case .string(let name)? = words.first, !Self.channelCommands.contains(name) else { return }
        let arguments = Array(words.dropFirst())
        let indices = CommandTable.traits(of: name)?.keys.indices(in: arguments)
        let keys = indices?.map { arguments[$0] }
        let reply: RedisValue
        do throws(RedisError) {
            reply = try await client.send(RedisCommand("COMMAND", ["GETKEYS"] + words))
        } catch {
            #expect(error.code == .server)
            // A wrong number of arguments is for the server to tell, after routing.
            guard error.message.contains("no key arguments") else { return }
            #expect(keys?.isEmpty ?? true, "\(words) \(note)")
            return
        }
        let expected = try reply.decode(as: [String].self).map { RedisArgument($0) }
        // Of a count that is no number the server makes no keys, and we an error.
        #expect(keys == expected || (keys == nil && expected.isEmpty), "\(words) \(note)")
    }
}

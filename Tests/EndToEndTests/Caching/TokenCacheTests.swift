import IMProtocol
import IMServices
import IMStorage
import Redis
import ServerRuntime
import SwiftProtobuf
import TestKit
import Testing

/// Login tokens that several processes check from memory.
@Suite(.serialized, .enabled(if: Stack.redis.isUp && Stack.postgres.isUp, "scripts/stack up"), .timeLimit(.minutes(2)))
struct TokenCacheTests {
    private static let admin = CallContext(operationID: "cache tests", isAdmin: true)

    @Test func `a kicked token is refused at once here and within a second elsewhere`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let servers = try nodes.map(Self.server)
                let userID = stack.user()
                try await nodes[0].insert(userID)
                for _ in 1...5 {
                    let token = try await Self.login(userID, servers[0])
                    for server in servers { #expect(try await Self.outcome(of: token, server) == nil) }
                    _ = try await servers[0].kickTokens(.with { $0.tokens = [token] }, Self.admin)
                    #expect(try await Self.outcome(of: token, servers[0]) == .tokenKicked)
                    #expect(
                        try await eventually(within: .seconds(1)) {
                            try await Self.outcome(of: token, servers[1]) == .tokenKicked
                        }
                    )
                }
            }
        }
    }

    @Test func `tokens are checked from memory`() async throws {
        try await CacheStack.run { stack in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                try await stack.withNode(redisPort: proxy.port) { node in
                    let server = try Self.server(node)
                    let userID = stack.user()
                    try await node.insert(userID)
                    let token = try await Self.login(userID, server)
                    try #require(try await eventually { node.hasHeard(node) })
                    #expect(try await Self.outcome(of: token, server) == nil)
                    // Requests reach nobody any more: whoever asked Redis would wait.
                    proxy.apply(.stall(.requests))
                    let begin = ContinuousClock.now
                    for _ in 1...100 { #expect(try await Self.outcome(of: token, server) == nil) }
                    #expect(ContinuousClock.now - begin < .seconds(1))
                }
            }
        }
    }

    @Test func `a token that was issued elsewhere is good before its announcement arrives`() async throws {
        try await CacheStack.run { stack in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                try await stack.withNode { here in
                    try await stack.withNode(redisPort: proxy.port) { elsewhere in
                        let servers = (here: try Self.server(here), elsewhere: try Self.server(elsewhere))
                        let userID = stack.user()
                        try await here.insert(userID)
                        let old = try await Self.login(userID, servers.here)
                        try #require(try await eventually { elsewhere.hasHeard(here) })
                        #expect(try await Self.outcome(of: old, servers.elsewhere) == nil, "a copy is made")
                        proxy.apply(.delay(.milliseconds(300), .replies))
                        // Tokens of one second are the same.
                        try await Task.sleep(for: .milliseconds(1100))
                        let new = try await Self.login(userID, servers.here)
                        #expect(new != old)
                        #expect(!elsewhere.hasHeard(here))
                        #expect(try await Self.outcome(of: new, servers.elsewhere) == nil)
                    }
                }
            }
        }
    }

    @Test func `a kick that comes while the connection is cut is not missed`() async throws {
        try await CacheStack.run { stack in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                try await stack.withNode { here in
                    try await stack.withNode(redisPort: proxy.port) { elsewhere in
                        let servers = (here: try Self.server(here), elsewhere: try Self.server(elsewhere))
                        let userID = stack.user()
                        try await here.insert(userID)
                        let token = try await Self.login(userID, servers.here)
                        try #require(try await eventually { elsewhere.hasHeard(here) })
                        #expect(try await Self.outcome(of: token, servers.elsewhere) == nil, "a copy is made")
                        proxy.apply(.refuse)
                        proxy.apply(.reset)
                        _ = try await servers.here.kickTokens(.with { $0.tokens = [token] }, Self.admin)
                        #expect(try await Self.outcome(of: token, servers.here) == .tokenKicked)
                        // Nobody can tell the other process while it is cut off, and its copy is good for 5 s at the most.
                        proxy.heal()
                        #expect(
                            try await eventually(within: .seconds(2)) {
                                do {
                                    return try await Self.outcome(of: token, servers.elsewhere) == .tokenKicked
                                } catch is RedisError {
                                    return false
                                }
                            }
                        )
                        #expect(try await eventually { elsewhere.isListening })
                        #expect(try await Self.outcome(of: token, servers.elsewhere) == .tokenKicked)
                    }
                }
            }
        }
    }

    @Test func `a kick that nobody announced counts after five seconds`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let server = try Self.server(node)
                let userID = stack.user()
                try await node.insert(userID)
                let token = try await Self.login(userID, server)
                try #require(try await eventually { node.hasHeard(node) })
                #expect(try await Self.outcome(of: token, server) == nil)
                let key = CacheKey.tokens(of: userID, on: .iOS)
                _ = try await node.redis.send(.hset(key, token, RedisArgument(TokenState.kicked.rawValue)))
                let begin = ContinuousClock.now
                #expect(try await Self.outcome(of: token, server) == nil, "the copy")
                #expect(try await eventually { try await Self.outcome(of: token, server) == .tokenKicked })
                #expect(ContinuousClock.now - begin < .milliseconds(5500))
            }
        }
    }

    @Test func `a replaced administrator token works on for a while, a forgotten one does not`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let userID = stack.user("admin")
                try await nodes[0].insert(userID)
                let clock = { (time: Int64) in WallClock { time } }
                let now: Int64 = 2_000_000_000_000
                let earlier = try Self.server(nodes[0], admins: [userID], clock: clock(now))
                let first = try await Self.adminToken(userID, earlier)
                let servers = try nodes.map { try Self.server($0, admins: [userID], clock: clock(now + 60_000)) }
                #expect(try await Self.outcome(of: first, servers[1]) == nil)
                let second = try await Self.adminToken(userID, servers[1])
                #expect(first != second)
                for server in servers {
                    #expect(try await Self.outcome(of: first, server) == nil)
                    #expect(try await Self.outcome(of: second, server) == nil)
                }
                try await nodes[0].tokens.remove([second], of: userID, on: .admin)
                #expect(try await Self.outcome(of: second, servers[0]) == .tokenNotExist)
            }
        }
    }

    private static func server(_ node: CacheNode) throws -> AuthServer {
        try self.server(node, admins: [], clock: .system)
    }

    private static func server(_ node: CacheNode, admins: [String], clock: WallClock) throws -> AuthServer {
        try AuthServer(
            settings: .init(secret: "cache tests", adminUserIDs: admins, multiLogin: .noKick),
            tokens: node.tokens,
            users: node.users,
            clock: clock
        )
    }

    private static func login(_ userID: String, _ server: AuthServer) async throws -> String {
        let request = Openim_Auth_getUserTokenReq.with {
            $0.userID = userID
            $0.platformID = Platform.iOS.rawValue
        }
        return try await server.getUserToken(request, self.admin).token
    }

    private static func adminToken(_ userID: String, _ server: AuthServer) async throws -> String {
        let request = Openim_Auth_getAdminTokenReq.with {
            $0.userID = userID
            $0.secret = "cache tests"
        }
        return try await server.getAdminToken(request, self.admin).token
    }

    /// Why a token is refused; nil when it is accepted.
    private static func outcome(of token: String, _ server: AuthServer) async throws -> ErrorCode? {
        do {
            _ = try await server.parseToken(.with { $0.token = token }, self.admin)
            return nil
        } catch {
            guard let error = error as? IMError, let code = ErrorCode(rawValue: error.code) else { throw error }
            return code
        }
    }
}

import IMProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import IMGateway

@Suite struct SessionRegistryTests {
    private static func identity(_ user: String, _ platform: Platform, _ token: String) throws -> SessionIdentity {
        let uri = "/?sendID=\(user)&token=\(token)&operationID=o&platformID=\(platform.rawValue)"
        let request = try AdmissionRequest(uri: uri, compressionHeader: nil)
        return SessionIdentity(admitting: request, connectionID: "", isAdmin: false)
    }

    private static func register(
        _ registry: SessionRegistry,
        _ identity: SessionIdentity,
        _ session: EmbeddedSession
    ) -> SessionRegistry.Registration {
        let bound = NIOLoopBound(session.handler, eventLoop: session.channel.embeddedEventLoop)
        return registry.register(identity) { SessionHandle(id: $0, identity: identity, handler: bound) }
    }

    @Test func `connections come and go, one user with one and with many`() throws {
        let session = try EmbeddedSession()
        defer { session.handler.cut() }
        let registry = SessionRegistry(policy: .unlimited, shardCount: 4)
        var ids: [(String, UInt64)] = []
        for number in 0..<300 {
            let user = "u\(number % 7 == 0 ? 0 : number)"
            ids.append((user, Self.register(registry, try Self.identity(user, .iOS, "t"), session).id))
        }
        #expect(registry.sessions(of: "u0").count == 43)
        #expect(registry.sessions(of: "u1").map(\.id) == [ids[1].1])
        #expect(registry.sessions(of: "none").isEmpty)
        for (user, id) in ids {
            registry.remove(userID: user, id: id)
            registry.remove(userID: user, id: id)
            #expect(!registry.sessions(of: user).contains { $0.id == id })
        }
        #expect((0..<300).allSatisfy { registry.sessions(of: "u\($0)").isEmpty })
    }

    @Test func `the one thrown out is no longer registered, and the new one is`() throws {
        let session = try EmbeddedSession()
        defer { session.handler.cut() }
        let registry = SessionRegistry(policy: .samePlatform)
        let first = Self.register(registry, try Self.identity("u", .iOS, "a"), session)
        let second = Self.register(registry, try Self.identity("u", .iOS, "b"), session)
        #expect(second.kicked.map(\.id) == [first.id])
        #expect(registry.sessions(of: "u").map(\.id) == [second.id])
    }

    @Test func `a PC throws nobody out where only phones exclude each other`() throws {
        let session = try EmbeddedSession()
        defer { session.handler.cut() }
        let registry = SessionRegistry(policy: .onlyOneBesidePC)
        let phone = Self.register(registry, try Self.identity("u", .iOS, "a"), session)
        let computer = Self.register(registry, try Self.identity("u", .windows, "b"), session)
        #expect(computer.kicked.isEmpty)
        let web = Self.register(registry, try Self.identity("u", .web, "c"), session)
        #expect(web.kicked.map(\.id) == [phone.id])
        #expect(Set(registry.sessions(of: "u").map(\.id)) == [computer.id, web.id])
    }
}

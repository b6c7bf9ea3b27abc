import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct ConnectionGateTests {
    private static let authenticator = SASLAuthenticator(
        mechanisms: [.plain, .scramSHA256],
        passwords: ["alice": "wonderland"]
    )

    private var gate: ConnectionGate { ConnectionGate(Self.authenticator) }

    private func handshake(_ mechanism: String, version: Int16 = 1) throws -> ByteBuffer {
        try TestRequest.frame(SaslHandshakeAPI.self, version: version) { $0.mechanism = mechanism }
    }

    private func token(_ text: String, version: Int16 = 2) throws -> ByteBuffer {
        try TestRequest.frame(SaslAuthenticateAPI.self, version: version) { $0.bytes = ByteBuffer(string: text) }
    }

    private func answer<API: BrokerAPI>(
        _: API.Type,
        _ decision: ConnectionGate.Decision,
        version: Int16
    ) throws -> (API.Response, isLast: Bool) {
        switch decision {
        case .answer(let frame): (try TestRequest.response(API.self, frame, version: version), false)
        case .refuse(let frame?, _): (try TestRequest.response(API.self, frame, version: version), true)
        case .refuse(nil, _), .pass: throw BrokerFixture.NoAnswer.nothing
        }
    }

    @Test func `without SASL everything passes`() throws {
        var gate = ConnectionGate(nil)
        #expect(gate.isOpen)
        guard case .pass = gate.receive(ByteBuffer(string: "anything")) else {
            Issue.record("stopped")
            return
        }
    }

    @Test func `only ApiVersions passes before authentication, in any version`() throws {
        for api in EveryAPI.all where ![.saslHandshake, .saslAuthenticate].contains(api.key) {
            var gate = self.gate
            let version = api.key.versions.upperBound
            var frame = TestRequest.header(api.key.rawValue, version)
            if api.key.isFlexible(version) { frame.writeInteger(UInt8(0)) }
            switch gate.receive(frame) {
            case .pass: #expect(api.key == .apiVersions)
            case .refuse(nil, _): #expect(api.key != .apiVersions)
            default: Issue.record("answered: \(api.key)")
            }
        }
        var gate = self.gate
        guard case .pass = gate.receive(TestRequest.header(18, 99)) else {
            Issue.record("stopped")
            return
        }
        #expect(!gate.isOpen)
    }

    @Test(arguments: [Int16(0), 1, 2]) func `PLAIN opens the gate`(version: Int16) throws {
        var gate = self.gate
        let (first, _) = try self.answer(SaslHandshakeAPI.self, gate.receive(self.handshake("PLAIN")), version: 1)
        #expect(first == .init(mechanisms: ["PLAIN", "SCRAM-SHA-256"]))
        let decision = gate.receive(try self.token("\0alice\0wonderland", version: version))
        let (second, isLast) = try self.answer(SaslAuthenticateAPI.self, decision, version: version)
        #expect(second == .init())
        #expect(!isLast && gate.isOpen)
        guard case .pass = gate.receive(try self.handshake("PLAIN")) else {
            Issue.record("stopped")
            return
        }
    }

    @Test(arguments: ["\0alice\0wrong", "\0nobody\0wonderland", "bob\0alice\0wonderland"])
    func `a wrong password and an unknown user get the same answer, the last one`(token: String) throws {
        var gate = self.gate
        _ = gate.receive(try self.handshake("PLAIN"))
        let decision = gate.receive(try self.token(token))
        let (response, isLast) = try self.answer(SaslAuthenticateAPI.self, decision, version: 2)
        #expect(response.error == .saslAuthenticationFailed)
        #expect(response.message == "authentication failed: wrong user name or password")
        #expect(isLast && !gate.isOpen)
        if case .refuse(_, let reason) = decision { #expect(!reason.contains("alice") && !reason.contains("wonder")) }
    }

    @Test(arguments: [
        "", "\0", "\0\0", "\0\0secret", "\0alice\0", "alice\0secret", "\0alice\0secret\0", "n,,n=alice,r=x",
    ])
    func `what is not PLAIN is refused without being repeated`(token: String) throws {
        var gate = self.gate
        _ = gate.receive(try self.handshake("PLAIN"))
        let decision = gate.receive(try self.token(token))
        let (response, isLast) = try self.answer(SaslAuthenticateAPI.self, decision, version: 2)
        #expect(response.error == .saslAuthenticationFailed && isLast && !gate.isOpen)
        #expect(response.message == "authentication failed: not a message of PLAIN")
    }

    @Test(arguments: ["SCRAM-SHA-512", "GSSAPI", "plain", ""])
    func `a mechanism that is not offered is refused with those that are`(name: String) throws {
        var gate = self.gate
        let decision = gate.receive(try self.handshake(name))
        let (response, isLast) = try self.answer(SaslHandshakeAPI.self, decision, version: 1)
        #expect(response.error == .unsupportedSASLMechanism && isLast)
        #expect(response.mechanisms == ["PLAIN", "SCRAM-SHA-256"])
    }

    @Test func `a second handshake and a token before the first are refused`() throws {
        var gate = self.gate
        let early = gate.receive(try self.token("\0alice\0wonderland"))
        #expect(try self.answer(SaslAuthenticateAPI.self, early, version: 2).0.error == .illegalSASLState)
        _ = gate.receive(try self.handshake("PLAIN"))
        let again = gate.receive(try self.handshake("PLAIN"))
        #expect(try self.answer(SaslHandshakeAPI.self, again, version: 1).0.error == .illegalSASLState)
        #expect(!gate.isOpen)
    }

    @Test func `SCRAM opens the gate, with bare messages too`() throws {
        let client = ScramClient(hash: .sha256, name: "alice", password: "wonderland")
        var gate = self.gate
        _ = gate.receive(try self.handshake("SCRAM-SHA-256"))
        let (challenge, _) = try self.answer(
            SaslAuthenticateAPI.self,
            gate.receive(self.token(client.first)),
            version: 2
        )
        let (message, expected) = client.final(String(buffer: challenge.bytes))
        let (success, _) = try self.answer(SaslAuthenticateAPI.self, gate.receive(self.token(message)), version: 2)
        #expect(String(buffer: success.bytes) == expected)
        #expect(gate.isOpen)
    }

    @Test func `after a handshake of version 0 the messages are bare`() throws {
        let client = ScramClient(hash: .sha256, name: "alice", password: "wonderland")
        var gate = self.gate
        _ = gate.receive(try self.handshake("SCRAM-SHA-256", version: 0))
        #expect(gate.expectsBareMessage)
        guard case .answer(var challenge) = gate.receive(ByteBuffer(string: client.first)) else {
            Issue.record("refused")
            return
        }
        #expect(challenge.readInteger(as: Int32.self) == Int32(challenge.readableBytes))
        guard case .answer = gate.receive(ByteBuffer(string: client.final(String(buffer: challenge)).message)) else {
            Issue.record("refused")
            return
        }
        #expect(gate.isOpen && !gate.expectsBareMessage)
        var second = self.gate
        _ = second.receive(try self.handshake("PLAIN", version: 0))
        guard case .refuse(nil, _) = second.receive(ByteBuffer(string: "\0alice\0wrong")) else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `garbage never opens the gate and never traps`(seed: Seed) throws {
        var random = seed.generator()
        for _ in 0..<FuzzBudget.inputs(usual: 100) {
            var gate = self.gate
            if Bool.random(using: &random) {
                _ = gate.receive(try self.handshake("PLAIN", version: Int16.random(in: 0...1, using: &random)))
            }
            for _ in 0..<3 {
                var frame = ByteBuffer()
                if Bool.random(using: &random) {
                    frame.writeMultipleIntegers(
                        Int16.random(in: 16...37, using: &random),
                        Int16(1),
                        Int32(7),
                        Int16(-1)
                    )
                }
                let count = Int.random(in: 0...60, using: &random)
                frame.writeBytes((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
                _ = gate.receive(frame)
                #expect(!gate.isOpen, "\(seed)")
            }
        }
    }
}

import COpenSSL
import OpenSSL
import TestKit
import Testing

@Suite struct TLSSessionFuzz {
    /// Inputs of each seed; with three seeds and three suites of mutations 20,000 and more.
    private static let handshakes = 2500
    private static let records = 4500

    /// Changes, removes, repeats or inserts some bytes.
    private static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let index = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.removeSubrange(index..<end)
            case 3: bytes.insert(contentsOf: bytes[index..<end], at: index)
            case 4: bytes.removeSubrange(end...)
            // Near the front lie types, versions and lengths.
            default:
                bytes[min(index, index % 48)] = [0, 1, 20, 21, 22, 23, 127, 255].randomElement(using: &random) ?? 0
            }
        }
        return bytes
    }

    /// Feeds everything; the session may fail or not, but the same failure must stay.
    private static func feed(_ bytes: [UInt8], _ pair: inout TLSTestPair) -> OpenSSLError? {
        let error = tlsFailure {
            try pair.feed(bytes)
            pair.client.receiveEnd()
            try pair.read()
        }
        if let error { #expect(tlsFailure { try pair.read() } == error) }
        #expect(pair.client.outgoingByteCount <= TLSSession.outgoingBytesMax)
        _ = pair.takeOutput()
        return error
    }

    private static func context() throws -> (TLSContext, TLSTestServerContext.Settings) {
        let certificates = try TestCertificates.shared()
        var configuration = TLSConfiguration()
        configuration.trustRoots = .file(certificates.authority.certificateFile)
        return (try TLSContext(configuration), TLSTestServerContext.Settings(identity: certificates.server))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a damaged answer to the greeting never finishes a handshake and never traps`(seed: Seed) throws {
        var random = seed.generator()
        var (context, settings) = try Self.context()
        for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            settings.versions = version...version
            let server = try TLSTestServer(try TLSTestServerContext(settings))
            let first = try TLSTestPair(context, server)
            _ = try first.client.handshake()
            server.receive(first.takeOutput())
            let answer = server.takeOutput()
            for _ in 0..<Self.handshakes / 2 {
                // A new session each time; another session's answer is wrong even without a change.
                var pair = try TLSTestPair(context, server)
                _ = try pair.client.handshake()
                let error = Self.feed(Self.mutated(answer, using: &random), &pair)
                #expect(error != nil, "\(seed)")
                #expect(pair.client.negotiatedVersion == nil, "\(seed)")
            }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `damaged records of a session are never taken for data`(seed: Seed) throws {
        var random = seed.generator()
        let (context, settings) = try Self.context()
        let text = Array("the text of the record".utf8)
        let serverContext = try TLSTestServerContext(settings)
        for _ in 0..<Self.records / 15 {
            var pair = try TLSTestPair(context, serverContext)
            try pair.handshake()
            // Good records between the damaged ones, until one is noticed.
            for _ in 0..<15 {
                try pair.server.write(text)
                let record = pair.server.takeOutput()
                let bytes = Self.mutated(record, using: &random)
                guard tlsFailure({ try pair.feed(bytes) }) == nil else { break }
            }
            let whole = pair.received.count / text.count
            #expect(pair.received == Array((0..<whole).map { _ in text }.joined()), "\(seed)")
            _ = Self.feed([], &pair)
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `noise never traps`(seed: Seed) throws {
        var random = seed.generator()
        let (context, settings) = try Self.context()
        let unused = try TLSTestServer(try TLSTestServerContext(settings))
        for _ in 0..<Self.records {
            var pair = try TLSTestPair(context, unused)
            _ = try pair.client.handshake()
            var noise = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Half of it looks like a record, or nobody looks at the rest.
            if Bool.random(using: &random) {
                noise =
                    [UInt8.random(in: 20...24, using: &random), 3, 3, 0, UInt8.random(in: 0...255, using: &random)]
                    + noise
            }
            #expect(Self.feed(noise, &pair) != nil, "\(seed)")
        }
    }
}

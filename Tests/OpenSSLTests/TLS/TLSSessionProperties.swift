import COpenSSL
import Foundation
import Glibc
import OpenSSL
import TestKit
import Testing

@Suite struct TLSSessionProperties {
    /// A sanitizer keeps freed memory back, and has a leak check of its own.
    private static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

    private static func bytes(_ count: Int, using random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes += $0 } }
        return bytes
    }

    /// Both directions at once, everything in pieces of random size, until all has arrived.
    private static func transfer(
        _ pair: inout TLSTestPair,
        bytes count: Int,
        using random: inout SeededGenerator
    ) throws
        -> (sent: [UInt8], answered: [UInt8])
    {
        let request = self.bytes(count, using: &random)
        let answer = self.bytes(count, using: &random)
        var toWrite = request[...]
        var toAnswer = answer[...]
        var wire: [UInt8] = []
        var rounds = 0
        while pair.server.received.count < count || pair.received.count < count {
            rounds += 1
            guard rounds < 200_000 else { break }
            let size = Int.random(in: 1...70_000, using: &random)
            toWrite = toWrite.dropFirst(try pair.write(toWrite.prefix(size)))
            let share = Int.random(in: 1...100_000, using: &random)
            var fromClient: [UInt8] = []
            pair.client.drainOutgoing { buffer in
                let taken = min(buffer.count, share - fromClient.count)
                fromClient += buffer.prefix(taken)
                return taken
            }
            pair.server.receive(fromClient)
            if !toAnswer.isEmpty, wire.count < 100_000 {
                let part = toAnswer.prefix(Int.random(in: 1...40_000, using: &random))
                try pair.server.write(Array(part))
                toAnswer = toAnswer.dropFirst(part.count)
            }
            wire += pair.server.takeOutput()
            let piece = wire.prefix(Int.random(in: 1...100_000, using: &random))
            let taken = try piece.withUnsafeBytes { try pair.client.receive($0) }
            wire.removeFirst(taken)
            if Bool.random(using: &random) { try pair.read() }
        }
        return (request, answer)
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a megabyte each way arrives unchanged, in pieces of any size`(seed: Seed) throws {
        var random = seed.generator()
        for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            var pair = try TLSTestPair.usual { _, settings, _ in settings.versions = version...version }
            try pair.handshake(chunkBytesMax: Int.random(in: 1...1000, using: &random))
            let (sent, answered) = try Self.transfer(&pair, bytes: 1 << 20, using: &random)
            #expect(pair.server.received == sent, "\(seed)")
            #expect(pair.received == answered, "\(seed)")
        }
    }

    @Test(.disabled(if: isSanitized)) func `sessions leave no memory behind`() throws {
        let certificates = try TestCertificates.shared()
        var configuration = TLSConfiguration()
        configuration.trustRoots = .file(certificates.authority.certificateFile)
        let context = try TLSContext(configuration)
        let serverContext = try TLSTestServerContext(TLSTestServerContext.Settings(identity: certificates.server))
        func session(_ number: Int) throws {
            var pair = try TLSTestPair(context, serverContext, host: number % 3 == 0 ? "wrong.test" : "localhost")
            // Every third is rejected: failures must free as much.
            let error = tlsFailure { try pair.handshake() }
            #expect((error == nil) == (number % 3 != 0))
            if error == nil { _ = try pair.write([UInt8](repeating: 1, count: 5000)) }
        }
        for number in 0..<200 { try session(number) }
        let before = Self.residentBytes
        for number in 0..<2000 { try session(number) }
        let grown = Self.residentBytes - before
        // A leak of one session's rings each time would be 288 MB.
        #expect(grown < 16 << 20, "grown by \(grown) bytes")
    }

    @Test(.disabled(if: isSanitized)) func `contexts leave no memory behind`() throws {
        let certificates = try TestCertificates.shared()
        var configuration = TLSConfiguration()
        configuration.certificateChainFile = certificates.client.certificateFile
        configuration.privateKeyFile = certificates.encryptedClientKeyFile
        func context(_ number: Int) throws {
            configuration.trustRoots = .file(certificates.authority.certificateFile)
            // Every second one fails at its last step.
            configuration.privateKeyPassphrase = number % 2 == 0 ? TestCertificates.passphrase : "another"
            #expect((tlsFailure { _ = try TLSContext(configuration) } == nil) == (number % 2 == 0))
        }
        for number in 0..<50 { try context(number) }
        let before = Self.residentBytes
        for number in 0..<500 { try context(number) }
        let grown = Self.residentBytes - before
        #expect(grown < 8 << 20, "grown by \(grown) bytes")
    }

    @Test func `a context serves sessions of all threads at once`() async throws {
        let certificates = try TestCertificates.shared()
        var configuration = TLSConfiguration()
        configuration.trustRoots = .file(certificates.authority.certificateFile)
        let context = try TLSContext(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask {
                    for _ in 0..<20 {
                        let settings = TLSTestServerContext.Settings(
                            identity: number % 2 == 0 ? certificates.server : certificates.expired
                        )
                        var pair = try TLSTestPair(context, try TLSTestServerContext(settings))
                        // The failures of one thread are not seen by another.
                        let error = tlsFailure { try pair.handshake() }
                        #expect(error?.code == (number % 2 == 0 ? nil : .certificateRejected))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static var residentBytes: Int {
        // Without the file of Linux there is nothing to compare.
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }
}

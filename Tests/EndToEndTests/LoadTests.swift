import Foundation
import Glibc
import TestKit
import Testing

/// `im-bench` against a real server and the live stack.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(5)))
struct LoadTests {
    @Test func `a short load keeps every promise`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let output = try await self.bench(server, ["load"] + Self.load + ["--verify", "--json"])
            let lines = output.split(separator: "\n")
            try #require(lines.count == 2, "\(output.suffix(2000))")
            let report = try Self.object(lines[0])
            #expect(report["accepted"] as? Int ?? 0 > 100)
            #expect(report["accepted"] as? Int == report["delivered"] as? Int)
            #expect(report["unanswered"] as? Int == 0)
            let verdict = try Self.object(lines[1])
            #expect(verdict["accepted"] as? Int == report["accepted"] as? Int)
            #expect((verdict["lag"] as? [String: Any])?.isEmpty == true)
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0)
        }
    }

    @Test func `a load goes on over a killed server, and its log proves that nothing was lost`() async throws {
        try await ServerUnderTest.run { server in
            let folder = try TemporaryFolder("load")
            var process = try await server.start()
            let log = ["--log", folder.path]
            let load = try server.launch("im-bench", self.arguments(server, ["load"] + Self.load + log))
            try await Task.sleep(for: .seconds(4))
            process.signal(SIGKILL)
            _ = try await process.wait(atMost: .seconds(5))
            process = try await server.start()
            let code = try await load.wait(atMost: .seconds(120))
            #expect(code == 0, "\(load.errorOutput.suffix(2000))")
            let verdict = try Self.object(Substring(try await self.bench(server, ["verify", "--json"] + log)))
            #expect(verdict["accepted"] as? Int ?? 0 > 100)
            process.signal(SIGTERM)
            _ = try await process.wait(atMost: .seconds(20))
        }
    }

    private static let load = ["--connections", "10", "--rate", "50", "--duration", "6", "--warm-up", "1"]

    private func arguments(_ server: ServerUnderTest, _ arguments: [String]) -> [String] {
        arguments + ["-c", server.configFolder]
    }

    /// Runs `im-bench` to its end, which has to be a success.
    private func bench(_ server: ServerUnderTest, _ arguments: [String]) async throws -> String {
        let process = try server.launch("im-bench", self.arguments(server, arguments))
        let code = try await process.wait(atMost: .seconds(180))
        #expect(code == 0, "\(process.output.suffix(2000))\(process.errorOutput.suffix(2000))")
        return process.output
    }

    /// The JSON object of the promises that im-bench printed.
    private static func object(_ text: Substring) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(value as? [String: Any])
    }
}

import Foundation
import ServerRuntime

/// One system of the live stack.
public struct StackPart: Sendable {
    /// Its name in `scripts/stack`.
    public let name: String
    /// Where it listens; always this machine.
    public let host = "127.0.0.1"
    /// Its TCP port.
    public let port: Int
    /// Its password, empty when it has none.
    public let password: String

    init(name: String, port: (variable: String, default: Int), passwordVariable: String) {
        let variables = Self.variables
        self.name = name
        self.port = variables[port.variable].flatMap { Int($0) } ?? port.default
        self.password = variables[passwordVariable] ?? ""
    }

    /// Whether tests against it run.
    ///
    /// With `REQUIRE_STACK=1` always, so that a part that is missing fails its tests instead of skipping them.
    public var isUp: Bool {
        Self.variables["REQUIRE_STACK"] == "1" || LoopbackPort.accepts(self.port)
    }

    /// What a skipped suite says.
    public var hint: String {
        "scripts/stack up \(self.name)"
    }

    private static let variables: [String: String] = {
        // Without the file the environment and the defaults count.
        let text = (try? String(contentsOfFile: ".env", encoding: .utf8)) ?? ""
        return EnvironmentFile.parse(text).merging(ProcessInfo.processInfo.environment) { _, new in new }
    }()
}

/// Time that passes and ids that nobody has had before, injected so that tests decide both.
package struct PipelineTimer: Sendable {
    /// Waits; throws `CancellationError` only.
    package let sleep: @Sendable (Duration) async throws -> Void
    /// Makes 16 random bytes, formed as a UUID of version 4.
    package let makeUUID: @Sendable () -> [UInt8]

    package init(
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        makeUUID: @escaping @Sendable () -> [UInt8]
    ) {
        self.sleep = sleep
        self.makeUUID = makeUUID
    }

    /// The system's clock and randomness.
    package static let system = PipelineTimer {
        try await Task.sleep(for: $0)
    } makeUUID: {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        return bytes
    }
}

import CGatewayBaseline

/// The C side of the group's fan-out, on a thread of its own.
enum GatewayCBaseline {
    /// One frame to each of many sockets, over and over.
    ///
    /// - Parameters:
    ///   - sockets: how many connections there are.
    ///   - frameBytes: the frame's size.
    ///   - rounds: how often each gets it.
    /// - Returns: frames a second.
    /// - Throws: `BenchFailure` with the C side's reason.
    static func framesPerSecond(sockets: Int, frameBytes: Int, rounds: Int) async throws -> Double {
        try await onThread {
            var outcome = gateway_baseline_outcome()
            let frame = [UInt8](repeating: 0x20, count: frameBytes)
            guard gateway_baseline_fan_out(Int32(sockets), frame, frame.count, rounds, &outcome) else {
                let reason = withUnsafeBytes(of: outcome.error) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                throw BenchFailure("plain C: \(reason)")
            }
            return Double(sockets * rounds) / outcome.seconds
        }
    }
}

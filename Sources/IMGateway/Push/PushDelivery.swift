import IMProtocol
import NIOCore

/// Brings one envelope to connections on any event loops.
enum PushDelivery {
    private static let codeTaken: Int64 = 0
    private static let codeFailed = Int64(ErrorCode.pushFailed.rawValue)
    private static let codeInBackground = Int64(ErrorCode.iosBackgroundPush.rawValue)

    /// What became of one target.
    private struct Outcome: Sendable {
        let index: Int
        let code: Int64
    }

    /// Makes the frames on the event loop of the first target and writes them on the event loop of each.
    ///
    /// - Returns: a result code for each target: 0, 1603, 1604.
    /// - Throws: when the frames cannot be made.
    static func deliver(_ response: ResponseEnvelope, to targets: [PushTarget]) async throws -> [Int64] {
        guard let home = targets.first?.session else { return [] }
        var indexes: [ObjectIdentifier: [Int]] = [:]
        for (index, target) in targets.enumerated() {
            indexes[ObjectIdentifier(target.session.eventLoop), default: []].append(index)
        }
        let parts = Array(indexes.values)
        let outcomes = try await home.eventLoop.flatSubmit {
            do {
                let frames = try PushFrames(response, for: targets, on: home.handler.value.loop)
                let writes = parts.map { Self.write(frames, to: targets, at: $0) }
                return EventLoopFuture.whenAllSucceed(writes, on: home.eventLoop)
            } catch {
                return home.eventLoop.makeFailedFuture(error)
            }
        }.get()
        var codes = [Int64](repeating: self.codeFailed, count: targets.count)
        for outcome in outcomes.joined() { codes[outcome.index] = outcome.code }
        return codes
    }

    /// Writes to the targets at `indexes`, which share an event loop.
    ///
    /// Never fails: no outcome is a failed one.
    private static func write(
        _ frames: PushFrames,
        to targets: [PushTarget],
        at indexes: [Int]
    ) -> EventLoopFuture<[Outcome]> {
        let eventLoop = targets[indexes[0]].session.eventLoop
        return eventLoop.submit {
            indexes.map { index in
                let session = targets[index].session
                guard let frame = frames.frame(for: session.identity) else {
                    return Outcome(index: index, code: self.codeFailed)
                }
                switch session.handler.value.push(frame) {
                case .taken: return Outcome(index: index, code: self.codeTaken)
                case .closed: return Outcome(index: index, code: self.codeFailed)
                case .inBackground: return Outcome(index: index, code: self.codeInBackground)
                }
            }
        }.recover { _ in [] }
    }
}

import TestKit

/// Decides which call ends next and how; everything random in a model comes from here.
///
/// Not checked: everything of the model runs on one thread.
final class ModelSchedule: @unchecked Sendable {
    var random: SeededGenerator
    let executor = ModelExecutor()
    private(set) var calls: [ModelCall] = []
    /// Effects of calls that have failed already.
    private(set) var lateEffects: [(name: String, effect: () -> Void)] = []
    /// What happened, for the report of a failure.
    private(set) var trace: [String] = []
    private var numbers = 0

    init(seed: Seed) {
        self.random = seed.generator()
    }

    func note(_ text: @autoclosure () -> String) {
        self.trace.append(text())
    }

    /// Waits until the schedule ends the call.
    ///
    /// - Parameters:
    ///   - process: who calls.
    ///   - name: what is called.
    ///   - faults: how it may fail.
    ///   - isReady: whether it can end.
    ///   - partly: a part of the effect.
    ///   - effect: what it does, and the answer.
    /// - Returns: the answer.
    /// - Throws: what `effect` throws, or a `ModelFault`.
    func call<Answer: Sendable>(
        _ process: ModelProcess,
        _ name: String,
        faults: [ModelOutcome] = [.refused],
        isReady: @escaping () -> Bool = { true },
        partly: @escaping () -> Void = {},
        _ effect: @escaping () throws -> Answer
    ) async throws -> Answer {
        guard !process.isKilled else { throw ModelFault.killed }
        return try await withUnsafeThrowingContinuation { continuation in
            self.numbers += 1
            let silent = { _ = try? effect() }
            let call = ModelCall(
                number: self.numbers,
                process: process,
                name: name,
                faults: faults,
                isReady: isReady,
                effect: silent
            ) { outcome in
                switch outcome {
                case .done: continuation.resume(with: Result { try effect() })
                case .refused: continuation.resume(throwing: ModelFault.refused)
                case .answerLost:
                    silent()
                    continuation.resume(throwing: ModelFault.answerLost)
                case .partly:
                    partly()
                    continuation.resume(throwing: ModelFault.partly)
                case .late:
                    self.lateEffects.append((name: "\(process.name) \(name)", effect: silent))
                    continuation.resume(throwing: ModelFault.late)
                case nil: continuation.resume(throwing: ModelFault.killed)
                }
            }
            self.calls.append(call)
        }
    }

    /// The calls that can end.
    var ready: [ModelCall] {
        self.calls.filter { $0.isReady() }
    }

    /// Ends a call and runs what follows from it.
    func end(_ call: ModelCall, _ outcome: ModelOutcome) {
        self.calls.removeAll { $0.number == call.number }
        self.note("\(call.process.name) \(call.name) \(outcome)")
        call.end(outcome)
        self.executor.drain()
    }

    /// Lets something happen at some later time.
    func later(_ name: String, _ effect: @escaping () -> Void) {
        self.lateEffects.append((name: name, effect: effect))
    }

    /// Lets an effect happen whose call has failed before.
    func happen(_ index: Int) {
        let late = self.lateEffects.remove(at: index)
        self.note("late: \(late.name)")
        late.effect()
        self.executor.drain()
    }

    /// Ends a process; what it has under way never takes effect, or does so later.
    func kill(_ process: ModelProcess, keeping isKept: (ModelCall) -> Bool) {
        self.note("\(process.name) killed")
        process.kill()
        let ended = self.calls.filter { $0.process === process }
        self.calls.removeAll { $0.process === process }
        for call in ended {
            if call.faults.contains(.late), isKept(call) {
                self.lateEffects.append((name: "\(process.name) \(call.name)", effect: call.effect))
            }
            call.end(nil)
        }
        self.executor.drain()
    }
}

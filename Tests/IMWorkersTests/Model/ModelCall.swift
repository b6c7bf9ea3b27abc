/// How a call to a model of another system ends.
enum ModelOutcome: CaseIterable {
    /// It takes effect and is answered.
    case done
    /// It has no effect and fails.
    case refused
    /// It takes effect and seems to fail.
    case answerLost
    /// A part of it takes effect, and it fails.
    case partly
    /// It fails, and takes effect at some later time.
    case late
}

/// What a call of the model fails with.
enum ModelFault: Error {
    case refused, answerLost, partly, late
    /// The process that calls was killed.
    case killed
    /// The group has given the partition to somebody else.
    case notOwned
}

/// A call that waits for the schedule to decide how it ends.
struct ModelCall {
    let number: Int
    let process: ModelProcess
    /// What is called, like "toMongo" or "put".
    let name: String
    /// How it may fail.
    let faults: [ModelOutcome]
    /// Whether it can end at all: there is something to read, for example.
    let isReady: () -> Bool
    /// What takes effect, without an answer.
    let effect: () -> Void
    /// Ends the call; `killed` ends it without an effect.
    let end: (ModelOutcome?) -> Void
}

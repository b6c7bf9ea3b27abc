/// Why a `Batcher` did not take a record, or ended.
public struct BatcherError: Error, Sendable, CustomStringConvertible {
    /// What happened, for callers to switch on.
    public struct Code: Sendable, Hashable {
        private enum Value: Sendable, Hashable {
            case invalidOptions, tooLarge, tooManyWaiters, cancelled, closed
        }

        private let value: Value

        /// An option is out of its range.
        public static let invalidOptions = Code(value: .invalidOptions)
        /// The record is larger than all that may be pending.
        public static let tooLarge = Code(value: .tooLarge)
        /// So many calls wait already that this one is refused.
        public static let tooManyWaiters = Code(value: .tooManyWaiters)
        /// The task was cancelled while the call waited; the record was not taken.
        public static let cancelled = Code(value: .cancelled)
        /// `finish()` was called, or `run()` has ended.
        public static let closed = Code(value: .closed)
    }

    /// What happened.
    public let code: Code
    /// A sentence for people.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String {
        self.message
    }
}

/// What went wrong with a call of this library.
///
/// Texts never hold a password, an argument or a value.
public struct RedisError: Error, Sendable, CustomStringConvertible {
    /// The parts, in one object: a typed error is kept by value in every frame through which it may pass.
    private final class Parts: Sendable {
        let code: Code
        let message: String
        let cause: (any Error)?
        let mayHaveBeenApplied: Bool

        init(_ code: Code, _ message: String, _ cause: (any Error)?, _ mayHaveBeenApplied: Bool) {
            self.code = code
            self.message = message
            self.cause = cause
            self.mayHaveBeenApplied = mayHaveBeenApplied
        }
    }

    private var parts: Parts

    /// The kind of failure, to be switched on.
    public var code: Code {
        get { self.parts.code }
        set { self.parts = Parts(newValue, self.message, self.cause, self.mayHaveBeenApplied) }
    }

    /// A text for people.
    public var message: String {
        get { self.parts.message }
        set { self.parts = Parts(self.code, newValue, self.cause, self.mayHaveBeenApplied) }
    }

    /// What led to this error, if another error did.
    public var cause: (any Error)? {
        get { self.parts.cause }
        set { self.parts = Parts(self.code, self.message, newValue, self.mayHaveBeenApplied) }
    }

    /// Whether the server may have carried out the command, wholly or in part.
    ///
    /// `false` only when it is certain that it has not.
    public var mayHaveBeenApplied: Bool {
        get { self.parts.mayHaveBeenApplied }
        set { self.parts = Parts(self.code, self.message, self.cause, newValue) }
    }

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: the kind of failure.
    ///   - message: a text for people, free of secrets.
    ///   - cause: what led to this error.
    ///   - mayHaveBeenApplied: whether the server may have carried out the command.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil, mayHaveBeenApplied: Bool = false) {
        self.parts = Parts(code, message, cause, mayHaveBeenApplied)
    }

    /// Whether the same call may succeed later without anything being repaired by hand.
    ///
    /// A call that is not idempotent must look at `mayHaveBeenApplied` as well before it is repeated.
    public var isRetryable: Bool {
        switch self.code {
        case .connectionLost, .deadlineExceeded, .queueFull: true
        case .server: RedisServerErrorText.isTransient(self.message)
        default: false
        }
    }

    /// The first word of an error reply (`WRONGTYPE`, `NOSCRIPT`, …); `nil` unless `code` is `.server`.
    public var serverErrorName: String? {
        guard self.code == .server else { return nil }
        return String(RedisServerErrorText.name(of: self.message))
    }

    /// The code and the message, and what caused it.
    public var description: String {
        let applied = self.mayHaveBeenApplied ? " (may have been applied)" : ""
        let cause = self.cause.map { ", caused by: \($0)" } ?? ""
        return "RedisError \(self.code): \(self.message)\(applied)\(cause)"
    }
}

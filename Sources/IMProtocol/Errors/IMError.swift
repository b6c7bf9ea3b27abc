/// An error that a client is told: a number, its short text, and a detail for people.
package struct IMError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `errCode` on the wire.
    package var code: Int32
    /// `errMsg` on the wire.
    package var message: String
    /// `errDlt` on the wire: free text that names the field and the rule, never a secret.
    package var detail: String

    /// The error `code` with its published text.
    package init(_ code: ErrorCode, _ detail: String = "") {
        self.code = code.rawValue
        self.message = code.message
        self.detail = detail
    }

    /// The error `code` with a text of its own, as OpenIM has it for a few token errors.
    package init(_ code: ErrorCode, message: String, _ detail: String = "") {
        self.code = code.rawValue
        self.message = message
        self.detail = detail
    }

    package var description: String {
        self.detail.isEmpty ? "\(self.code) \(self.message)" : "\(self.code) \(self.message): \(self.detail)"
    }

    /// What a client is told of `error`: itself when it is one of ours, else 500 without inner details.
    ///
    /// - Parameter error: what a handler threw. It is not shown to the client, for it may name hosts and statements; the
    ///   caller logs it.
    /// - Returns: what the client may see.
    package static func visible(_ error: any Error) -> IMError {
        (error as? IMError) ?? IMError(.serverInternal, "internal error, see the server's log under this operationID")
    }
}

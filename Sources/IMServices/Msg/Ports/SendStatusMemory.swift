import IMStorage

/// What became of sends over the HTTP API, as the message service sees it.
package protocol SendStatusMemory: Sendable {
    /// Keeps the status of the send that `operationID` asked for.
    func set(_ status: Int32, of operationID: String) async throws
    /// The status; nil when none is known.
    func status(of operationID: String) async throws -> Int32?
}

extension SendStatusStore: SendStatusMemory {}

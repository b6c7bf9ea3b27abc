/// A system that the server works with, and how to ask whether it is there.
struct StackPart: Sendable {
    /// What it is called in messages to people.
    let name: String
    /// Where it was configured to be.
    let address: String
    /// Throws while the system does not answer as it should; ends within a few seconds.
    let check: @Sendable () async throws -> Void
}

import Mongo
import ServerRuntime
import Testing

/// Expects that a call with these parts is refused with `.invalidArgument` and names `option`, and that nothing was sent.
func expectRefusal(
    naming option: String,
    code: MongoError.Code = .invalidArgument,
    _ location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    let error = await mongoError(body)
    #expect(error?.code == code, "\(String(describing: error))", sourceLocation: location)
    #expect(error?.message.contains(option) == true, "\(String(describing: error))", sourceLocation: location)
    #expect(error?.mayHaveBeenApplied == false, sourceLocation: location)
}

/// Expects that a call whose deadline has passed fails with `.timeout` and was not applied.
func expectTimeout(
    _ location: SourceLocation = #_sourceLocation,
    _ body: (Deadline) async throws -> some Sendable
) async {
    let error = await mongoError { try await body(.after(.milliseconds(-1))) }
    #expect(error?.code == .timeout, "\(String(describing: error))", sourceLocation: location)
    #expect(error?.mayHaveBeenApplied == false, sourceLocation: location)
}

/// A write concern that no single server can meet.
let unreachableConcern = MongoWriteConcern(acknowledgement: .members(3), journal: false, timeout: .milliseconds(100))

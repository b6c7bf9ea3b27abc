import CMongoc
import ServerRuntime

/// Options that any call can have.
extension MongocArguments {
    /// Appends the session of the client, if it works for one.
    func append(sessionOf client: borrowing MongocClient) throws(MongoError) {
        guard let session = client.session else { return }
        try self.append("sessionId", Int(session.optionValue))
    }

    /// Appends how long the server may work: `maxTime`, and no longer than what is left of the call's deadline.
    func append(maxTime: Duration?, of client: borrowing MongocClient) throws(MongoError) {
        let left = Int(max(1, client.deadline.remainingMilliseconds))
        try self.append("maxTimeMS", min(left, maxTime.map { max(1, Int($0.milliseconds(rounding: .up))) } ?? left))
    }

    /// The error of a call that has failed.
    func failure(_ error: bson_error_t, of kind: MongoCallKind) -> MongoError {
        MongoError(error, reply: self.replyDocument, isWrite: kind != .read)
    }
}

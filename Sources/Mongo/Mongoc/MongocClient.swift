import CMongoc
import ServerRuntime

/// A `mongoc_client_t` as one call on one thread sees it; valid for the length of the call.
struct MongocClient: ~Copyable {
    let raw: OpaquePointer
    /// When the call that holds the client has to end.
    let deadline: Deadline
    /// What the call does.
    let kind: MongoCallKind
    /// The session of the call, if it has one.
    let session: MongocSession?

    /// The time left, as the option that makes the server stop by itself.
    var maxTime: (String, BSONValue) {
        ("maxTimeMS", .int64(Int64(max(1, self.deadline.remainingMilliseconds))))
    }

    /// The option that makes a command part of the call's session; `nil` without one.
    ///
    /// Belongs into the options (`opts`) that a function of libmongoc takes.
    var sessionOption: (String, BSONValue)? {
        self.session.map { ("sessionId", .int64($0.optionValue)) }
    }
}

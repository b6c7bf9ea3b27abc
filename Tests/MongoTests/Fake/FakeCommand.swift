import Mongo

/// A command that a client sent to a `FakeMongo`.
struct FakeCommand: Sendable {
    /// The number of its connection, from 0 in order of arrival.
    let connection: Int
    let requestID: Int32
    /// The command; documents of a separate section are in it as an array.
    let document: BSONDocument
    /// Whether it came as the legacy message that opens a connection.
    let isLegacy: Bool

    var name: String {
        self.document.first { _ in true }?.0 ?? ""
    }

    /// Whether it opens or watches a connection, and is no command of a call.
    var isHello: Bool {
        ["hello", "isMaster", "ismaster"].contains(self.name)
    }
}

/// Which unique index refused a document, and for which key.
public struct MongoDuplicateKey: Sendable, Hashable {
    /// Name of the index.
    public var index: String
    /// The fields of the index with their directions; empty when the server did not tell them.
    public var keyPattern: BSONDocument
    /// The values that another document has already, if the server told them.
    ///
    /// They come from documents: they do not belong into logs.
    public var keyValue: BSONDocument?

    /// A refused key.
    public init(index: String, keyPattern: BSONDocument = [:], keyValue: BSONDocument? = nil) {
        self.index = index
        self.keyPattern = keyPattern
        self.keyValue = keyValue
    }

    /// The names of the fields, in the order of the index.
    public var fields: [String] {
        self.keyPattern.map { $0.0 }
    }
}

extension MongoDuplicateKey: CustomStringConvertible, CustomReflectable {
    /// The index and its fields, without values.
    public var description: String {
        self.fields.isEmpty ? "index \(self.index)" : "index \(self.index) on \(self.fields.joined(separator: ", "))"
    }

    /// A mirror without values, so that `dump` and test failures do not print any.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}

extension MongoDuplicateKey {
    /// From an error document of the server (a reply, or an entry of `writeErrors`) and its text.
    init(_ document: BSONDocument?, message: String) {
        let index = message.firstRange(of: " index: ").map { range in
            String(message[range.upperBound...].prefix { $0 != " " })
        }
        self.index = index ?? ""
        self.keyPattern = document?["keyPattern"].flatMap { BSONDocument.decode($0) } ?? [:]
        self.keyValue = document?["keyValue"].flatMap { BSONDocument.decode($0) }
    }
}

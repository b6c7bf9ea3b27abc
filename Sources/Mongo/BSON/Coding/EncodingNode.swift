/// The place of one value in the document that is being encoded.
///
/// A value encodes itself as a single value, with keys, or as a list. Containers within may be filled in any order and
/// at any time before the end, so those that are not complete at once are nodes of their own, which `finish()` joins.
final class EncodingNode {
    private enum Kind {
        case undecided
        case single(EncodedValue)
        case document
        case array
    }

    /// A part of a container, in order.
    private enum Piece {
        case built(BSONDocument)
        case child(key: String, EncodingNode)
    }

    let path: CodingPath
    let options: BSONEncoder
    private var kind = Kind.undecided
    /// What comes before the elements in `builder`.
    private var pieces: [Piece] = []
    private var builder: BSONBuilder
    /// The values of an array so far.
    private(set) var count = 0
    private var fault: BSONFault?

    init(path: CodingPath, options: BSONEncoder) {
        self.path = path
        self.options = options
        self.builder = BSONBuilder(reserving: path.count == 0 ? 512 : 96)
    }

    // MARK: - Which kind

    func set(_ value: EncodedValue) {
        guard case .undecided = self.kind else { return self.failForTwoKinds() }
        self.kind = .single(value)
    }

    func becomeDocument() {
        switch self.kind {
        case .undecided: self.kind = .document
        case .document: break
        case .single, .array: self.failForTwoKinds()
        }
    }

    func becomeArray() {
        switch self.kind {
        case .undecided: self.kind = .array
        case .array: break
        case .single, .document: self.failForTwoKinds()
        }
    }

    private func failForTwoKinds() {
        self.fault = self.fault ?? self.fault("encodes itself in more than one way")
    }

    private func fault(_ reason: String) -> BSONFault {
        BSONFault(path: self.path.text, reason: reason)
    }

    // MARK: - Elements

    func append(_ key: String, _ value: EncodedValue) {
        self.builder.append(key, value)
    }

    func append(_ value: EncodedValue) {
        self.builder.begin(value.bsonType, index: self.count)
        value.append(to: &self.builder)
        self.count += 1
    }

    /// A node for a container that is filled later.
    func child(_ key: any CodingKey) -> EncodingNode {
        self.pieces.append(.built(self.builder.document()))
        self.builder = BSONBuilder(reserving: 96)
        let child = EncodingNode(path: self.path.appending(key), options: self.options)
        self.pieces.append(.child(key: key.stringValue, child))
        return child
    }

    /// A node for the next value of an array that is filled later.
    func child() -> EncodingNode {
        defer { self.count += 1 }
        return self.child(IndexKey(self.count))
    }

    // MARK: - End

    /// What was encoded.
    ///
    /// - Throws: the first fault, with its path.
    func finish() throws(MongoError) -> EncodedValue {
        if let fault {
            throw fault.error()
        }
        switch self.kind {
        case .single(let value): return value
        case .array: return .array(try self.document())
        case .document, .undecided: return .document(try self.document())
        }
    }

    private func document() throws(MongoError) -> BSONDocument {
        var document = self.builder.document()
        if !self.pieces.isEmpty {
            var whole = BSONBuilder(reserving: 512)
            for piece in self.pieces {
                switch piece {
                case .built(let part): whole.append(contentsOf: part)
                case .child(let key, let node): whole.append(key, try node.finish())
                }
            }
            whole.append(contentsOf: document)
            document = whole.document()
        }
        if let fault = document.fault {
            throw fault.below(self.path.text).error()
        }
        return document
    }
}

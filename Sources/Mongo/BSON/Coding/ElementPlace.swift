/// Where an element is within the bytes of a document.
struct ElementPlace {
    let type: BSONType
    /// The offset of the type byte.
    let element: Int
    /// The offset of the value.
    let start: Int
    /// The offset behind the value.
    let end: Int

    /// The place of the element on which the reader stands.
    init(_ reader: borrowing BSONReader) {
        self.type = reader.type
        self.element = reader.elementStart
        self.start = reader.valueStart
        self.end = reader.index
    }

    /// The place of the document itself.
    init(root source: DecodingSource) {
        self.type = .document
        self.element = 0
        self.start = 0
        self.end = source.document.bytes.count
    }

    var isNull: Bool {
        self.type == .null || self.type == .undefined
    }
}

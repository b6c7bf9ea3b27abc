/// The key of a value of an array, and of `super`.
struct IndexKey: CodingKey {
    let intValue: Int?
    let stringValue: String

    /// The key under which a class encodes what it inherits.
    static let `super` = IndexKey(text: "super")

    init(_ index: Int) {
        self.intValue = index
        self.stringValue = String(index)
    }

    private init(text: String) {
        self.intValue = nil
        self.stringValue = text
    }

    init?(intValue: Int) {
        self.init(intValue)
    }

    init?(stringValue: String) {
        self.init(text: stringValue)
    }
}

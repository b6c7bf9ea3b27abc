/// A document as bytes, and what every reader of BSON should think of it.
public struct BSONCorpusCase: Sendable, CustomStringConvertible {
    /// What is special about it.
    public let name: String
    /// The document.
    public let bytes: [UInt8]
    /// Nil for a good document, else a part of the error, mostly the path.
    public let fault: String?
    /// What libbson does otherwise.
    public let libbsonDifference: String?
    /// What pymongo does otherwise.
    public let pymongoDifference: String?

    /// Whether it is a good document.
    public var isValid: Bool {
        self.fault == nil
    }

    /// The name.
    public var description: String {
        self.name
    }

    /// A case with all its bytes.
    init(_ name: String, bytes: [UInt8], fault: String? = nil, libbson: String? = nil, pymongo: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.fault = fault
        self.libbsonDifference = libbson
        self.pymongoDifference = pymongo
    }

    /// A case with these elements, in hexadecimal digits and spaces, and the right length and end.
    init(_ name: String, _ elements: String, fault: String? = nil, libbson: String? = nil, pymongo: String? = nil) {
        self.init(name, bytes: Self.document(Self.bytes(elements)), fault: fault, libbson: libbson, pymongo: pymongo)
    }

    /// A document with these elements, with length and end.
    public static func document(_ elements: [UInt8]) -> [UInt8] {
        let count = UInt32(elements.count + 5)
        return (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) } + elements + [0]
    }

    /// The bytes that the hexadecimal digits say.
    public static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// Reads BSON from a range of bytes.
///
/// Checks every length against the range; never reads outside it.
struct BSONReader {
    static let oldBinarySubtype: UInt8 = 2
    private let bytes: [UInt8]
    private(set) var index: Int
    private let end: Int
    /// Levels of documents among what `skip` has checked.
    private var levelsBelow = 0

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.index = range.lowerBound
        self.end = range.upperBound
    }

    /// Reads the header of a document that fills the whole range, and checks its end.
    ///
    /// - Returns: a reader of its elements.
    func elements() throws(BSONFault) -> BSONReader {
        var reader = self
        let length = Int(try reader.integer(as: Int32.self))
        guard length >= 5, length == self.end - self.index else {
            throw BSONFault("a document says \(length) bytes and has \(self.end - self.index)")
        }
        guard self.bytes[self.end - 1] == 0 else { throw BSONFault("a document does not end with a zero byte") }
        return BSONReader(self.bytes, reader.index..<self.end - 1)
    }

    /// The type and key of the next element; nil at the end.
    mutating func nextHeader() throws(BSONFault) -> (type: BSONElementType, key: Range<Int>)? {
        guard self.index < self.end else { return nil }
        guard let type = BSONElementType(rawValue: self.bytes[self.index]) else {
            throw BSONFault("type \(self.bytes[self.index]) is unknown")
        }
        self.index += 1
        return (type, try self.cString())
    }

    /// The text at `range`; what is no UTF-8 becomes U+FFFD.
    func text(_ range: Range<Int>) -> String {
        String(decoding: self.bytes[range], as: UTF8.self)
    }

    func matches(_ range: Range<Int>, _ key: String.UTF8View) -> Bool {
        self.bytes[range].elementsEqual(key)
    }

    /// Steps over a value and returns where it lies; with `checksContent`, down to the last level.
    @discardableResult
    mutating func skip(
        _ type: BSONElementType,
        depthLeft: Int,
        checksContent: Bool
    ) throws(BSONFault) -> Range<Int> {
        let start = self.index
        switch type {
        case .undefined, .null, .minKey, .maxKey: break
        case .bool:
            let flag = self.bytes[try self.take(1).lowerBound]
            guard flag <= 1 else { throw BSONFault("a bool is \(flag)") }
        case .int32: _ = try self.take(4)
        case .double, .dateTime, .timestamp, .int64: _ = try self.take(8)
        case .objectID: _ = try self.take(12)
        case .decimal128: _ = try self.take(16)
        case .string, .javaScript, .symbol: _ = try self.string()
        case .dbPointer:
            _ = try self.string()
            _ = try self.take(12)
        case .regex:
            _ = try self.cString()
            _ = try self.cString()
        case .binary: _ = try self.binary()
        case .document, .array:
            let range = try self.documentRange()
            if checksContent {
                try self.checkBelow(range, depthLeft: depthLeft)
            }
        case .javaScriptWithScope:
            let scope = try self.codeAndScope().scope
            if checksContent {
                try self.checkBelow(scope, depthLeft: depthLeft)
            }
        }
        return start..<self.index
    }

    /// Checks a document that fills the range, with all below it.
    ///
    /// - Returns: how many levels are below it.
    func checkDocument(depthLeft: Int) throws(BSONFault) -> Int {
        guard depthLeft > 0 else { throw BSONFault("documents are nested too deeply") }
        var reader = try self.elements()
        while let (type, key) = try reader.nextHeader() {
            do throws(BSONFault) {
                try reader.skip(type, depthLeft: depthLeft, checksContent: true)
            } catch {
                throw error.below(reader.text(key))
            }
        }
        return reader.levelsBelow
    }

    private mutating func checkBelow(_ range: Range<Int>, depthLeft: Int) throws(BSONFault) {
        let levels = try BSONReader(self.bytes, range).checkDocument(depthLeft: depthLeft - 1)
        self.levelsBelow = max(self.levelsBelow, levels + 1)
    }

    // MARK: - Parts

    mutating func integer<Value: FixedWidthInteger>(as type: Value.Type) throws(BSONFault) -> Value {
        let range = try self.take(Value.bitWidth / 8)
        var value: Value = 0
        for index in range.reversed() {
            value = value << 8 | Value(truncatingIfNeeded: self.bytes[index])
        }
        return value
    }

    mutating func take(_ count: Int) throws(BSONFault) -> Range<Int> {
        guard count >= 0, count <= self.end - self.index else {
            throw BSONFault("\(count) bytes are needed and \(self.end - self.index) are left")
        }
        defer { self.index += count }
        return self.index..<self.index + count
    }

    /// The range of a text that ends with a zero byte, without it.
    mutating func cString() throws(BSONFault) -> Range<Int> {
        guard let zero = self.bytes[self.index..<self.end].firstIndex(of: 0) else {
            throw BSONFault("a name does not end")
        }
        defer { self.index = zero + 1 }
        return self.index..<zero
    }

    /// The range of a text with a length in front, without its final zero byte.
    mutating func string() throws(BSONFault) -> Range<Int> {
        let length = Int(try self.integer(as: Int32.self))
        guard length >= 1 else { throw BSONFault("a string says \(length) bytes") }
        let range = try self.take(length)
        guard self.bytes[range.upperBound - 1] == 0 else { throw BSONFault("a string does not end with a zero byte") }
        return range.lowerBound..<range.upperBound - 1
    }

    mutating func binary() throws(BSONFault) -> (content: Range<Int>, subtype: UInt8) {
        let length = Int(try self.integer(as: Int32.self))
        let subtype = self.bytes[try self.take(1).lowerBound]
        guard subtype == Self.oldBinarySubtype else { return (try self.take(length), subtype) }
        let inner = Int(try self.integer(as: Int32.self))
        guard inner == length - 4 else { throw BSONFault("an old binary says \(length) and \(inner) bytes") }
        return (try self.take(inner), subtype)
    }

    mutating func documentRange() throws(BSONFault) -> Range<Int> {
        let start = self.index
        let length = Int(try self.integer(as: Int32.self))
        guard length >= 5 else { throw BSONFault("a document says \(length) bytes") }
        _ = try self.take(length - 4)
        return start..<self.index
    }

    mutating func codeAndScope() throws(BSONFault) -> (code: Range<Int>, scope: Range<Int>) {
        let start = self.index
        let length = Int(try self.integer(as: Int32.self))
        let code = try self.string()
        let scope = try self.documentRange()
        guard length == self.index - start else {
            throw BSONFault("code with scope says \(length) bytes and has \(self.index - start)")
        }
        return (code, scope)
    }
}

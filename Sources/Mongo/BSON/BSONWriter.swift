/// Appends BSON to an array of bytes.
///
/// Lengths are clamped to `Int32.max`: a document beyond 2 GiB is malformed, and `BSONDocument.checkLimits()` refuses
/// it long before that size.
struct BSONWriter {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Appends one element.
    ///
    /// - Returns: how many levels of documents and arrays the value has.
    mutating func append(key: String, _ value: BSONValue) -> Int {
        let typeIndex = self.bytes.count
        self.bytes.append(0)
        self.appendCString(key)
        let (type, depth) = self.append(value)
        self.bytes[typeIndex] = type.rawValue
        return depth
    }

    /// Takes the final zero byte of a document away, so that elements can be added.
    mutating func removeEnd() {
        _ = self.bytes.popLast()
    }

    /// Adds the final zero byte and writes the length in front.
    mutating func finishDocument() {
        self.bytes.append(0)
        Self.setLength(self.bytes.count, at: 0, in: &self.bytes)
    }

    /// Writes `count` into the four bytes at `index`.
    static func setLength(_ count: Int, at index: Int, in bytes: inout [UInt8]) {
        let value = UInt32(bitPattern: Int32(clamping: count))
        for offset in 0..<4 {
            bytes[index + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(offset)))
        }
    }

    private mutating func append(_ value: BSONValue) -> (BSONElementType, depth: Int) {
        switch value {
        case .document(let document):
            self.bytes.append(contentsOf: document.bytes)
            return (.document, document.depth + 1)
        case .array(let values):
            return (.array, self.append(values) + 1)
        case .javaScriptWithScope(let code, let scope):
            let start = self.bytes.count
            self.appendInteger(UInt32(0))
            self.appendString(code)
            self.bytes.append(contentsOf: scope.bytes)
            Self.setLength(self.bytes.count - start, at: start, in: &self.bytes)
            return (.javaScriptWithScope, scope.depth + 1)
        case .double, .int32, .int64, .dateTime, .timestamp, .decimal128, .bool, .objectID:
            return (self.appendFixed(value), 0)
        case .string, .binary, .regex, .dbPointer, .javaScript, .symbol:
            return (self.appendText(value), 0)
        case .undefined: return (.undefined, 0)
        case .null: return (.null, 0)
        case .minKey: return (.minKey, 0)
        case .maxKey: return (.maxKey, 0)
        }
    }

    private mutating func appendFixed(_ value: BSONValue) -> BSONElementType {
        switch value {
        case .double(let number):
            self.appendInteger(number.bitPattern)
            return .double
        case .int32(let number):
            self.appendInteger(number)
            return .int32
        case .int64(let number):
            self.appendInteger(number)
            return .int64
        case .dateTime(let milliseconds):
            self.appendInteger(milliseconds)
            return .dateTime
        case .timestamp(let seconds, let increment):
            self.appendInteger(increment)
            self.appendInteger(seconds)
            return .timestamp
        case .decimal128(let number):
            self.appendInteger(number.low)
            self.appendInteger(number.high)
            return .decimal128
        case .bool(let flag):
            self.bytes.append(flag ? 1 : 0)
            return .bool
        case .objectID(let id):
            self.bytes.append(contentsOf: id.bytes)
            return .objectID
        default:
            return .null
        }
    }

    private mutating func appendText(_ value: BSONValue) -> BSONElementType {
        switch value {
        case .string(let text):
            self.appendString(text)
            return .string
        case .binary(let bytes, let subtype):
            self.append(binary: bytes, subtype: subtype)
            return .binary
        case .regex(let pattern, let options):
            self.appendCString(pattern)
            self.appendCString(options)
            return .regex
        case .dbPointer(let namespace, let id):
            self.appendString(namespace)
            self.bytes.append(contentsOf: id.bytes)
            return .dbPointer
        case .javaScript(let code):
            self.appendString(code)
            return .javaScript
        case .symbol(let text):
            self.appendString(text)
            return .symbol
        default:
            return .null
        }
    }

    private mutating func append(_ values: [BSONValue]) -> Int {
        let start = self.bytes.count
        var depth = 0
        self.appendInteger(UInt32(0))
        for (index, value) in values.enumerated() {
            depth = max(depth, self.append(key: String(index), value))
        }
        self.bytes.append(0)
        Self.setLength(self.bytes.count - start, at: start, in: &self.bytes)
        return depth
    }

    /// The old binary subtype 2 repeats its length inside; callers see only the content, as with libbson.
    private mutating func append(binary: [UInt8], subtype: UInt8) {
        let isOld = subtype == BSONReader.oldBinarySubtype
        self.appendInteger(Int32(clamping: isOld ? binary.count + 4 : binary.count))
        self.bytes.append(subtype)
        if isOld {
            self.appendInteger(Int32(clamping: binary.count))
        }
        self.bytes.append(contentsOf: binary)
    }

    private mutating func appendString(_ text: String) {
        self.appendInteger(Int32(clamping: text.utf8.count + 1))
        self.bytes.append(contentsOf: text.utf8)
        self.bytes.append(0)
    }

    /// A zero byte would end the name early, and what follows it would be read as something else: it becomes U+FFFD.
    private mutating func appendCString(_ text: String) {
        if text.utf8.contains(0) {
            for scalar in text.unicodeScalars {
                self.bytes.append(contentsOf: String(scalar == "\0" ? "\u{FFFD}" : scalar).utf8)
            }
        } else {
            self.bytes.append(contentsOf: text.utf8)
        }
        self.bytes.append(0)
    }

    private mutating func appendInteger(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { self.bytes.append(contentsOf: $0) }
    }
}

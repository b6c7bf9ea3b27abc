/// A Swift type that a column can be read as.
public protocol PostgresDecodable: Sendable {
    /// Reads the value of `cell`.
    ///
    /// - Throws: `.decoding` when the value does not fit.
    init(cell: PostgresCell) throws(PostgresError)
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// NULL becomes nil.
    public init(cell: PostgresCell) throws(PostgresError) {
        self = cell.isNull ? nil : .some(try Wrapped(cell: cell))
    }
}

extension String: PostgresDecodable {
    /// The text form of any type but bytea.
    public init(cell: PostgresCell) throws(PostgresError) {
        guard let text = cell.text, cell.type != .bytea else { throw cell.mismatch(String.self) }
        self = String(decoding: text, as: UTF8.self)
    }
}

extension PostgresCell {
    private static let integerTypes: Set<PostgresType> = [.int2, .int4, .int8, .objectID, .numeric]
    private static let numberTypes = integerTypes.union([.float4, .float8])

    func integer<Value: FixedWidthInteger>(as wanted: Value.Type) throws(PostgresError) -> Value {
        let text = try self.requireText(Self.integerTypes, for: wanted)
        guard let value = Value(String(decoding: text, as: UTF8.self)) else { throw self.mismatch(wanted) }
        return value
    }

    func double() throws(PostgresError) -> Double {
        let text = try self.requireText(Self.numberTypes, for: Double.self)
        // The spellings of PostgreSQL (NaN, Infinity, -Infinity) are among those of Swift.
        guard let value = Double(String(decoding: text, as: UTF8.self)) else { throw self.mismatch(Double.self) }
        return value
    }
}

extension Int: PostgresDecodable {
    /// Any integer type, or a numeric without fraction, within range.
    public init(cell: PostgresCell) throws(PostgresError) {
        self = try cell.integer(as: Int.self)
    }
}

extension Int64: PostgresDecodable {
    /// Any integer type, or a numeric without fraction, within range.
    public init(cell: PostgresCell) throws(PostgresError) {
        self = try cell.integer(as: Int64.self)
    }
}

extension Int32: PostgresDecodable {
    /// Any integer type, or a numeric without fraction, within range.
    public init(cell: PostgresCell) throws(PostgresError) {
        self = try cell.integer(as: Int32.self)
    }
}

extension Double: PostgresDecodable {
    /// Any number type; a numeric is rounded to the nearest double.
    public init(cell: PostgresCell) throws(PostgresError) {
        self = try cell.double()
    }
}

extension Bool: PostgresDecodable {
    /// A bool.
    public init(cell: PostgresCell) throws(PostgresError) {
        switch try cell.requireText([.bool], for: Bool.self) {
        case [UInt8(ascii: "t")]: self = true
        case [UInt8(ascii: "f")]: self = false
        default: throw cell.mismatch(Bool.self)
        }
    }
}

extension Array: PostgresDecodable where Element == UInt8 {
    /// A bytea in hex format, which every session of this driver asks for.
    public init(cell: PostgresCell) throws(PostgresError) {
        let text = try cell.requireText([.bytea], for: [UInt8].self)
        guard text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]), let bytes = Self(hex: text.dropFirst(2))
        else { throw cell.mismatch([UInt8].self) }
        self = bytes
    }

    /// The bytes that pairs of hexadecimal digits stand for; nil when `digits` is anything else.
    init?(hex digits: ArraySlice<UInt8>) {
        guard digits.count.isMultiple(of: 2) else { return nil }
        self.init()
        self.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init(truncatingIfNeeded:)) else {
                return nil
            }
            if let first = high {
                self.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
    }
}

/// A Swift type whose arrays can be bound to a query, as in `unnest(\(ids)::text[])`.
public protocol PostgresArrayElement: Sendable {
    /// Object ids of the type itself and of its array type.
    static var postgresTypes: (scalar: UInt32, array: UInt32) { get }
    /// Appends the value in PostgreSQL's binary format.
    func append(to bytes: inout [UInt8])
    /// The parameter for an array of this type.
    static func parameter(_ array: [Self]?) -> PostgresParameter
}

extension PostgresArrayElement {
    /// The parameter for a one-dimensional array: header, then each element with its length.
    public static func parameter(_ array: [Self]?) -> PostgresParameter {
        let type = PostgresType(oid: self.postgresTypes.array)
        guard let array else { return PostgresParameter(type: type, bytes: nil) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + 12 * array.count)
        bytes.appendBigEndian(UInt32(array.isEmpty ? 0 : 1))  // dimensions; an empty array has none
        bytes.appendBigEndian(UInt32(0))  // no null inside
        bytes.appendBigEndian(self.postgresTypes.scalar)
        if !array.isEmpty {
            bytes.appendBigEndian(UInt32(clamping: array.count))
            bytes.appendBigEndian(UInt32(1))  // SQL arrays count from 1
        }
        for element in array {
            let start = bytes.count
            bytes.appendBigEndian(UInt32(0))
            element.append(to: &bytes)
            bytes.setBigEndian(UInt32(clamping: bytes.count - start - 4), at: start)
        }
        return PostgresParameter(type: type, bytes: bytes)
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The parameter that stands for nil of this array type.
    public static var postgresNull: PostgresParameter {
        Element.parameter(nil)
    }

    /// The parameter that holds this array.
    public var postgresParameter: PostgresParameter {
        Element.parameter(self)
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { self.append(contentsOf: $0) }
    }

    mutating func setBigEndian(_ value: UInt32, at index: Int) {
        for offset in 0..<4 {
            self[index + offset] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(offset)))
        }
    }
}

extension String: PostgresEncodable, PostgresArrayElement {
    /// text, text[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.text.oid, PostgresType.textArray.oid)
    }

    /// Appends the UTF-8 bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: self.utf8)
    }
}

extension Int: PostgresEncodable, PostgresArrayElement {
    /// int8, int8[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.int8.oid, PostgresType.int8Array.oid)
    }

    /// Appends eight bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(Int64(self))
    }
}

extension Int64: PostgresEncodable, PostgresArrayElement {
    /// int8, int8[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.int8.oid, PostgresType.int8Array.oid)
    }

    /// Appends eight bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(self)
    }
}

extension Int32: PostgresEncodable, PostgresArrayElement {
    /// int4, int4[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.int4.oid, PostgresType.int4Array.oid)
    }

    /// Appends four bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(self)
    }
}

extension Bool: PostgresEncodable, PostgresArrayElement {
    /// bool, bool[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.bool.oid, PostgresType.boolArray.oid)
    }

    /// Appends one byte.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(self ? 1 : 0)
    }
}

extension Double: PostgresEncodable, PostgresArrayElement {
    /// float8, float8[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.float8.oid, PostgresType.float8Array.oid)
    }

    /// Appends the eight bytes of the IEEE 754 pattern.
    public func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(self.bitPattern)
    }
}

extension UInt8: PostgresArrayElement {
    /// A byte has no type of its own; an array of bytes is a bytea.
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.bytea.oid, PostgresType.bytea.oid)
    }

    /// Appends the byte.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(self)
    }

    /// The parameter for a bytea.
    public static func parameter(_ array: [UInt8]?) -> PostgresParameter {
        PostgresParameter(type: .bytea, bytes: array)
    }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// bytea, bytea[].
    public static var postgresTypes: (scalar: UInt32, array: UInt32) {
        (PostgresType.bytea.oid, PostgresType.byteaArray.oid)
    }

    /// Appends the bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: self)
    }
}

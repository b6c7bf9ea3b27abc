// The value of this element as a Swift type. Each throws `.decoding`, with the path, when the value is of another type;
// the three number types are taken for each other as long as nothing is lost.
extension BSONReader {
    /// Whether the value is null, or the deprecated undefined.
    @inlinable
    public var isNull: Bool {
        self.type == .null || self.type == .undefined
    }

    /// An int32, or another number without fraction and within range.
    ///
    /// - Throws: `.decoding` for another type or a number out of range.
    @inlinable
    public func int32() throws(MongoError) -> Int32 {
        guard self.type == .int32 else { return try self.convertedInteger("an int32") }
        return Int32(littleEndian: self.load(self.valueStart))
    }

    /// An int64, or another number without fraction and within range.
    ///
    /// - Throws: `.decoding` for another type or a number out of range.
    @inlinable
    public func int64() throws(MongoError) -> Int64 {
        switch self.type {
        case .int64: Int64(littleEndian: self.load(self.valueStart))
        case .int32: Int64(Int32(littleEndian: self.load(self.valueStart)))
        default: try self.convertedInteger("an int64")
        }
    }

    /// A number without fraction and within range.
    ///
    /// - Throws: `.decoding` for another type or a number out of range.
    @inlinable
    public func int() throws(MongoError) -> Int {
        guard self.type == .int64 || self.type == .int32, let number = Int(exactly: try self.int64()) else {
            return try self.convertedInteger("an int")
        }
        return number
    }

    /// A double, or an integer that a double can hold exactly.
    ///
    /// - Throws: `.decoding` for another type or a number that would be rounded.
    @inlinable
    public func double() throws(MongoError) -> Double {
        guard self.type == .double else { return try self.convertedDouble() }
        return Double(bitPattern: UInt64(littleEndian: self.load(self.valueStart)))
    }

    /// A bool.
    ///
    /// - Throws: `.decoding` for another type.
    @inlinable
    public func bool() throws(MongoError) -> Bool {
        guard self.type == .bool else { throw self.mismatch("a bool") }
        return self.byte(self.valueStart) != 0
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// - Throws: `.decoding` for another type.
    @inlinable
    public func dateTime() throws(MongoError) -> Int64 {
        guard self.type == .dateTime else { throw self.mismatch("a dateTime") }
        return Int64(littleEndian: self.load(self.valueStart))
    }

    /// An object id.
    ///
    /// - Throws: `.decoding` for another type.
    @inlinable
    public func objectID() throws(MongoError) -> BSONObjectID {
        guard self.type == .objectID else { throw self.mismatch("an objectID") }
        return self.objectID(at: self.valueStart)
    }

    /// A decimal number.
    ///
    /// - Throws: `.decoding` for another type.
    public func decimal128() throws(MongoError) -> BSONDecimal128 {
        guard self.type == .decimal128 else { throw self.mismatch("a decimal128") }
        return self.decimal128(at: self.valueStart)
    }

    @inlinable
    func objectID(at offset: Int) -> BSONObjectID {
        BSONObjectID(
            high: UInt64(bigEndian: self.load(offset)),
            low: UInt32(bigEndian: self.load(offset &+ 8))
        )
    }

    func decimal128(at offset: Int) -> BSONDecimal128 {
        BSONDecimal128(
            low: UInt64(littleEndian: self.load(offset)),
            high: UInt64(littleEndian: self.load(offset &+ 8))
        )
    }

    // MARK: - Conversions, out of the way of what is usual

    @usableFromInline
    @inline(never)
    func convertedInteger<Number: FixedWidthInteger>(_ wanted: StaticString) throws(MongoError) -> Number {
        let number: Number?
        switch self.type {
        case .int32: number = Number(exactly: Int32(littleEndian: self.load(self.valueStart)))
        case .int64: number = Number(exactly: Int64(littleEndian: self.load(self.valueStart)))
        case .double: number = Number(exactly: try self.double())
        default: throw self.mismatch(wanted)
        }
        guard let number else { throw self.outOfRange(wanted) }
        return number
    }

    @usableFromInline
    @inline(never)
    func convertedDouble() throws(MongoError) -> Double {
        let number: Double?
        switch self.type {
        case .int32: number = Double(Int32(littleEndian: self.load(self.valueStart)))
        case .int64: number = Double(exactly: Int64(littleEndian: self.load(self.valueStart)))
        default: throw self.mismatch("a double")
        }
        guard let number else { throw self.outOfRange("a double") }
        return number
    }
}

import FoundationEssentials

// Foundation is needed for `Date`, `Data` and `UUID`; see the encoder.
extension ValueDecoder {
    /// The value of this element as `Value`.
    ///
    /// - Throws: a `DecodingError` for a value of another type, and what `Value` throws.
    func unwrap<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let scalar: Value?
        do throws(MongoError) {
            scalar = try self.scalar(type)
        } catch {
            throw self.wrapped(error, type)
        }
        if let scalar {
            return scalar
        }
        guard self.path.count <= BSONDocument.depthMax else {
            throw BSONFault(path: self.path.text, reason: BSONDamage.tooDeep.reason)
        }
        return try Value(from: self)
    }

    /// The value of a type that BSON has; nil for other types.
    private func scalar<Value: Decodable>(_ type: Value.Type) throws(MongoError) -> Value? {
        if type == String.self { return try self.read { reader throws(MongoError) in try reader.string() } }
        if type == Bool.self { return try self.read { reader throws(MongoError) in try reader.bool() } }
        if type == Double.self { return try self.read { reader throws(MongoError) in try reader.double() } }
        if type == Float.self { return try self.read { reader throws(MongoError) in try Self.float(reader) } }
        if let number = try self.integer(type) { return number }
        if type == BSONValue.self { return try self.read { reader throws(MongoError) in try reader.value() } }
        if type == BSONDocument.self { return try self.read { reader throws(MongoError) in try reader.document() } }
        if type == BSONObjectID.self { return try self.read { reader throws(MongoError) in try reader.objectID() } }
        if type == BSONDecimal128.self { return try self.read { reader throws(MongoError) in try reader.decimal128() } }
        if type == Date.self { return sameType(try self.date()) }
        if type == Data.self, self.source.options.dataStrategy == .binary {
            return sameType(Data(try self.binary()))
        }
        if type == [UInt8].self, self.place.type == .binary { return sameType(try self.binary()) }
        if type == UUID.self { return sameType(try self.uuid()) }
        return nil
    }

    private func integer<Value: Decodable>(_ type: Value.Type) throws(MongoError) -> Value? {
        if type == Int.self { return try self.read { reader throws(MongoError) in try reader.int() } }
        if type == Int64.self { return try self.read { reader throws(MongoError) in try reader.int64() } }
        if type == Int32.self { return try self.read { reader throws(MongoError) in try reader.int32() } }
        if type == Int16.self { return sameType(try self.convert(Int16.self)) }
        if type == Int8.self { return sameType(try self.convert(Int8.self)) }
        if type == UInt8.self { return sameType(try self.convert(UInt8.self)) }
        if type == UInt16.self { return sameType(try self.convert(UInt16.self)) }
        if type == UInt32.self { return sameType(try self.convert(UInt32.self)) }
        if type == UInt.self { return sameType(try self.convert(UInt.self)) }
        if type == UInt64.self { return sameType(try self.convert(UInt64.self)) }
        if #available(macOS 15, *) {
            if type == Int128.self { return sameType(try self.convert(Int128.self)) }
            if type == UInt128.self { return sameType(try self.convert(UInt128.self)) }
        }
        return nil
    }

    private func convert<Number: FixedWidthInteger>(_ type: Number.Type) throws(MongoError) -> Number {
        try self.source.read(self.place) { (reader: borrowing BSONReader) throws(MongoError) in
            try reader.convertedInteger("an integer of this type")
        }
    }

    private func read<Value, Scalar>(
        _ body: (borrowing BSONReader) throws(MongoError) -> Scalar
    ) throws(MongoError) -> Value? {
        sameType(try self.source.read(self.place, body))
    }

    private static func float(_ reader: borrowing BSONReader) throws(MongoError) -> Float {
        let double = try reader.double()
        let number = Float(double)
        guard number.isFinite || !double.isFinite else { throw reader.outOfRange("a float") }
        return number
    }

    private func binary() throws(MongoError) -> [UInt8] {
        try self.source.read(self.place) { (reader: borrowing BSONReader) throws(MongoError) in
            guard reader.type == .binary else { throw reader.mismatch("a binary") }
            return try reader.bytes()
        }
    }

    private func uuid() throws(MongoError) -> UUID {
        let bytes = try self.binary()
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        guard bytes.count == MemoryLayout.size(ofValue: uuid) else {
            throw BSONFault(path: self.path.text, reason: "holds a binary that is no UUID").error(.decoding)
        }
        withUnsafeMutableBytes(of: &uuid) { $0.copyBytes(from: bytes) }
        return UUID(uuid: uuid)
    }

    private func date() throws(MongoError) -> Date {
        let strategy = self.source.options.dateStrategy
        let seconds = try self.source.read(self.place) { (reader: borrowing BSONReader) throws(MongoError) in
            switch strategy {
            case .dateTime: Double(try reader.dateTime()) / 1_000
            case .milliseconds: try reader.double() / 1_000
            case .seconds: try reader.double()
            }
        }
        return Date(timeIntervalSince1970: seconds)
    }
}

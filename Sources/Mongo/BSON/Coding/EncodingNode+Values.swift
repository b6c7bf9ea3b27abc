import FoundationEssentials

// Foundation is needed for this alone: `Date`, `Data` and `UUID` have BSON types of their own, which every other driver
// writes, while their own `encode(to:)` would write numbers and arrays.
extension EncodingNode {
    /// What `value`, to be found at `path`, encodes itself as.
    ///
    /// - Throws: what the value throws, and a fault for what BSON does not have.
    func encoded<Value: Encodable>(_ value: Value, at path: @autoclosure () -> CodingPath) throws -> EncodedValue {
        if let scalar = try self.scalar(value, at: path) {
            return .value(scalar)
        }
        let path = path()
        guard path.count <= BSONDocument.depthMax else {
            throw BSONFault(path: path.text, reason: BSONDamage.tooDeep.reason)
        }
        let node = EncodingNode(path: path, options: self.options)
        try value.encode(to: ValueEncoder(node: node))
        return try node.finish()
    }

    /// The BSON value of a type that has one; nil for others.
    func scalar<Value: Encodable>(_ value: Value, at path: () -> CodingPath) throws -> BSONValue? {
        if let text = sameType(value, String.self) { return .string(text) }
        if let flag = sameType(value, Bool.self) { return .bool(flag) }
        if let number = sameType(value, Double.self) { return .double(number) }
        if let number = sameType(value, Float.self) { return .double(Double(number)) }
        if let number = try Self.integer(value, at: path) { return number }
        if let value = sameType(value, BSONValue.self) { return value }
        if let document = sameType(value, BSONDocument.self) { return .document(document) }
        if let id = sameType(value, BSONObjectID.self) { return .objectID(id) }
        if let number = sameType(value, BSONDecimal128.self) { return .decimal128(number) }
        if let bytes = sameType(value, [UInt8].self) { return self.binary(bytes) }
        if let date = sameType(value, Date.self) { return try self.date(date, at: path) }
        if let data = sameType(value, Data.self) { return self.binary([UInt8](data)) }
        if let id = sameType(value, UUID.self) {
            return .binary(withUnsafeBytes(of: id.uuid) { [UInt8]($0) }, subtype: 4)
        }
        return nil
    }

    private static func integer<Value: Encodable>(_ value: Value, at path: () -> CodingPath) throws -> BSONValue? {
        if let number = sameType(value, Int.self) { return .int64(Int64(number)) }
        if let number = sameType(value, Int64.self) { return .int64(number) }
        if let number = sameType(value, Int32.self) { return .int32(number) }
        if let number = sameType(value, Int16.self) { return .int32(Int32(number)) }
        if let number = sameType(value, Int8.self) { return .int32(Int32(number)) }
        if let number = sameType(value, UInt8.self) { return .int32(Int32(number)) }
        if let number = sameType(value, UInt16.self) { return .int32(Int32(number)) }
        if let number = sameType(value, UInt32.self) { return .int64(Int64(number)) }
        if let number = sameType(value, UInt.self) { return try self.int64(number, at: path) }
        if let number = sameType(value, UInt64.self) { return try self.int64(number, at: path) }
        if #available(macOS 15, *) {
            if let number = sameType(value, Int128.self) { return try self.int64(number, at: path) }
            if let number = sameType(value, UInt128.self) { return try self.int64(number, at: path) }
        }
        return nil
    }

    private static func int64(_ number: some BinaryInteger, at path: () -> CodingPath) throws -> BSONValue {
        guard let number = Int64(exactly: number) else {
            throw BSONFault(path: path().text, reason: "the number does not fit an int64")
        }
        return .int64(number)
    }

    private func binary(_ bytes: [UInt8]) -> BSONValue {
        switch self.options.dataStrategy {
        case .binary(let subtype): .binary(bytes, subtype: subtype)
        case .array: .array(bytes.map { .int32(Int32($0)) })
        }
    }

    private func date(_ date: Date, at path: () -> CodingPath) throws -> BSONValue {
        let seconds = date.timeIntervalSince1970
        guard self.options.dateStrategy != .seconds else { return .double(seconds) }
        guard let milliseconds = Int64(exactly: (seconds * 1_000).rounded()) else {
            throw BSONFault(path: path().text, reason: "the date does not fit a dateTime")
        }
        return self.options.dateStrategy == .dateTime ? .dateTime(milliseconds) : .int64(milliseconds)
    }
}

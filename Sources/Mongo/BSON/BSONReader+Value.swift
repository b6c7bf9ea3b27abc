extension BSONReader {
    /// Reads a value of `type`.
    ///
    /// - Parameters:
    ///   - type: the type byte that came with the key.
    ///   - bytes: the bytes of this reader; documents are copied out of them.
    ///   - depthLeft: an upper bound of the levels below, for the documents that are copied out.
    /// - Returns: the value; texts are repaired, see `text(_:)`.
    /// - Throws: what is wrong with the bytes.
    mutating func value(
        _ type: BSONElementType,
        from bytes: [UInt8],
        depthLeft: Int
    ) throws(BSONFault) -> BSONValue {
        switch type {
        case .double: return .double(Double(bitPattern: try self.integer(as: UInt64.self)))
        case .string: return .string(self.text(try self.string()))
        case .document: return .document(self.document(try self.documentRange(), bytes, depthLeft))
        case .array: return .array(try self.array(try self.documentRange(), bytes, depthLeft))
        case .binary:
            let (content, subtype) = try self.binary()
            return .binary(Array(bytes[content]), subtype: subtype)
        case .undefined: return .undefined
        case .objectID: return .objectID(try self.objectID(bytes))
        case .bool: return .bool(bytes[try self.take(1).lowerBound] == 1)
        case .dateTime: return .dateTime(try self.integer(as: Int64.self))
        case .null: return .null
        case .regex:
            let pattern = self.text(try self.cString())
            return .regex(pattern: pattern, options: self.text(try self.cString()))
        case .dbPointer:
            let namespace = self.text(try self.string())
            return .dbPointer(namespace, try self.objectID(bytes))
        case .javaScript: return .javaScript(self.text(try self.string()))
        case .symbol: return .symbol(self.text(try self.string()))
        case .javaScriptWithScope:
            let (code, scope) = try self.codeAndScope()
            return .javaScriptWithScope(self.text(code), self.document(scope, bytes, depthLeft))
        case .int32: return .int32(try self.integer(as: Int32.self))
        case .timestamp:
            let increment = try self.integer(as: UInt32.self)
            return .timestamp(seconds: try self.integer(as: UInt32.self), increment: increment)
        case .int64: return .int64(try self.integer(as: Int64.self))
        case .decimal128:
            let low = try self.integer(as: UInt64.self)
            return .decimal128(BSONDecimal128(low: low, high: try self.integer(as: UInt64.self)))
        case .minKey: return .minKey
        case .maxKey: return .maxKey
        }
    }

    private func document(_ range: Range<Int>, _ bytes: [UInt8], _ depthLeft: Int) -> BSONDocument {
        BSONDocument(uncheckedBytes: Array(bytes[range]), depth: max(0, depthLeft - 1))
    }

    private func array(_ range: Range<Int>, _ bytes: [UInt8], _ depthLeft: Int) throws(BSONFault) -> [BSONValue] {
        var reader = try BSONReader(bytes, range).elements()
        var values: [BSONValue] = []
        while let (type, _) = try reader.nextHeader() {
            values.append(try reader.value(type, from: bytes, depthLeft: depthLeft - 1))
        }
        return values
    }

    private mutating func objectID(_ bytes: [UInt8]) throws(BSONFault) -> BSONObjectID {
        guard let id = BSONObjectID(bytes: bytes[try self.take(12)]) else {
            throw BSONFault("an object id is not twelve bytes")
        }
        return id
    }
}

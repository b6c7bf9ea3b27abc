extension BSONReader {
    /// The value of this element, whatever its type; texts that are no UTF-8 are mended with U+FFFD.
    ///
    /// - Throws: `.invalidDocument` when the bytes below are malformed.
    public func value() throws(MongoError) -> BSONValue {
        switch self.type {
        case .double: return .double(Double(bitPattern: UInt64(littleEndian: self.load(self.valueStart))))
        case .string: return .string(self.text(at: self.valueStart))
        case .document: return .document(try self.copy(at: self.valueStart))
        case .array: return .array(try self.readNested(Self.values))
        case .binary: return .binary(Array(self.binaryBytes), subtype: self.byte(self.valueStart &+ 4))
        case .undefined: return .undefined
        case .objectID: return .objectID(self.objectID(at: self.valueStart))
        case .bool: return .bool(self.byte(self.valueStart) != 0)
        case .dateTime: return .dateTime(Int64(littleEndian: self.load(self.valueStart)))
        case .null: return .null
        case .regex: return self.regex
        case .dbPointer: return .dbPointer(self.text(at: self.valueStart), self.objectID(at: self.index &- 12))
        case .javaScript: return .javaScript(self.text(at: self.valueStart))
        case .symbol: return .symbol(self.text(at: self.valueStart))
        case .javaScriptWithScope:
            return .javaScriptWithScope(self.text(at: self.valueStart &+ 4), try self.copy(at: self.scopeStart))
        case .int32: return .int32(Int32(littleEndian: self.load(self.valueStart)))
        case .timestamp:
            return .timestamp(
                seconds: UInt32(littleEndian: self.load(self.valueStart &+ 4)),
                increment: UInt32(littleEndian: self.load(self.valueStart))
            )
        case .int64: return .int64(Int64(littleEndian: self.load(self.valueStart)))
        case .decimal128: return .decimal128(self.decimal128(at: self.valueStart))
        case .minKey: return .minKey
        case .maxKey: return .maxKey
        }
    }

    /// A copy of the document that is the value of this element.
    ///
    /// - Throws: `.decoding` for another type, `.invalidDocument` when its bytes are malformed.
    public func document() throws(MongoError) -> BSONDocument {
        guard self.type == .document else { throw self.mismatch("a document") }
        return try self.copy(at: self.valueStart)
    }

    private var regex: BSONValue {
        let (pattern, next) = self.cString(at: self.valueStart)
        return .regex(
            pattern: String(decoding: pattern, as: UTF8.self),
            options: String(decoding: self.cString(at: next).text, as: UTF8.self)
        )
    }

    private static func values(_ reader: inout BSONReader) throws(MongoError) -> [BSONValue] {
        var values: [BSONValue] = []
        while try reader.next() {
            values.append(try reader.value())
        }
        return values
    }

    /// The document from `offset` to the end of this element, checked unless the whole has been.
    func copy(at offset: Int) throws(MongoError) -> BSONDocument {
        let bytes = [UInt8](UnsafeRawBufferPointer(start: self.root + offset, count: self.index &- offset))
        if let depthBound {
            return BSONDocument(uncheckedBytes: bytes, depth: max(0, depthBound &- 1))
        }
        var below = self.nested(at: offset)
        do throws(BSONDamage) {
            let depth = try below.check(levelsLeft: BSONDocument.depthMax - self.level - 1, requiresUTF8: false)
            return BSONDocument(uncheckedBytes: bytes, depth: depth)
        } catch {
            throw below.malformed(error)
        }
    }
}

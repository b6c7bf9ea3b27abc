extension BSONValue: BSONBuildable {
    /// The type of the value.
    public var bsonType: BSONType {
        switch self {
        case .double: .double
        case .string: .string
        case .document: .document
        case .array: .array
        case .binary: .binary
        case .undefined: .undefined
        case .objectID: .objectID
        case .bool: .bool
        case .dateTime: .dateTime
        case .null: .null
        case .regex: .regex
        case .dbPointer: .dbPointer
        case .javaScript: .javaScript
        case .symbol: .symbol
        case .javaScriptWithScope: .javaScriptWithScope
        case .int32: .int32
        case .timestamp: .timestamp
        case .int64: .int64
        case .decimal128: .decimal128
        case .minKey: .minKey
        case .maxKey: .maxKey
        }
    }

    /// Appends the value with all in it.
    public func append(to builder: inout BSONBuilder) {
        switch self {
        case .double(let number): builder.appendInteger(number.bitPattern)
        case .string(let text), .javaScript(let text), .symbol(let text): builder.appendText(text)
        case .document(let document): builder.append(document: document)
        case .array(let values): builder.append(values)
        case .binary(let bytes, let subtype): bytes.withUnsafeBytes { builder.appendBinary($0, subtype: subtype) }
        case .undefined, .null, .minKey, .maxKey: break
        case .objectID(let id): id.append(to: &builder)
        case .bool(let flag): flag.append(to: &builder)
        case .dateTime(let number), .int64(let number): builder.appendInteger(number)
        case .regex(let pattern, let options):
            if !builder.appendCString(pattern) || !builder.appendCString(options) {
                builder.fail("a regular expression holds a zero byte")
            }
        case .dbPointer(let namespace, let id):
            builder.appendText(namespace)
            id.append(to: &builder)
        case .javaScriptWithScope(let code, let scope): builder.append(code: code, scope: scope)
        case .int32(let number): builder.appendInteger(number)
        case .timestamp(let seconds, let increment):
            builder.appendInteger(increment)
            builder.appendInteger(seconds)
        case .decimal128(let number): number.append(to: &builder)
        }
    }
}

extension BSONBuilder {
    /// Appends a document as the value of the element that was begun.
    mutating func append(document: BSONDocument) {
        guard self.accepts(document) else { return }
        document.bytes.withUnsafeBytes { self.appendBytes($0) }
    }

    fileprivate mutating func append(code: String, scope: BSONDocument) {
        guard self.accepts(scope) else { return }
        let start = self.count
        self.appendInteger(0 as UInt32)
        self.appendText(code)
        scope.bytes.withUnsafeBytes { self.appendBytes($0) }
        if self.count > 0 {
            self.storeLength(at: start)
        }
    }

    fileprivate mutating func append(_ values: [BSONValue]) {
        guard self.openNested() else { return }
        for (index, value) in values.enumerated() {
            self.begin(value.bsonType, index: index)
            value.append(to: &self)
        }
        self.closeNested()
    }

    /// Whether the document may be a value here; what speaks against it becomes the fault.
    private mutating func accepts(_ document: BSONDocument) -> Bool {
        if let fault = document.fault {
            self.fail(fault)
            return false
        }
        let level = self.level + 1 + document.depth
        guard level <= BSONDocument.depthMax else {
            self.fail(BSONDamage.tooDeep.reason)
            return false
        }
        self.levelMax = max(self.levelMax, level)
        return true
    }
}

import CMongoc

@testable import Mongo

/// The C library that the tests compare with; owns a `bson_t`.
struct LibBSON: ~Copyable {
    private let raw: OpaquePointer

    init?() {
        guard let raw = bson_new() else { return nil }
        self.raw = raw
    }

    deinit {
        bson_destroy(self.raw)
    }

    /// The document that libbson has written.
    var bytes: [UInt8] {
        guard let data = bson_get_data(self.raw) else { return [] }
        let count = UnsafeRawPointer(data).loadUnaligned(as: Int32.self)
        return Array(UnsafeBufferPointer(start: data, count: Int(count)))
    }

    /// The document with the elements of `document`, written by libbson; nil when it refuses one.
    static func write(_ document: BSONDocument) -> [UInt8]? {
        guard let library = LibBSON(), library.append(document) else { return nil }
        return library.bytes
    }

    private func append(_ document: BSONDocument) -> Bool {
        document.allSatisfy { self.append($0.key, $0.value) }
    }

    private func append(_ key: String, _ value: BSONValue) -> Bool {
        let length = Int32(key.utf8.count)
        switch value {
        case .double(let number): return bson_append_double(self.raw, key, length, number)
        case .string(let text): return bson_append_utf8(self.raw, key, length, text, Int32(text.utf8.count))
        case .document(let document):
            guard let library = LibBSON(), library.append(document) else { return false }
            return bson_append_document(self.raw, key, length, library.raw)
        case .array(let values):
            guard let library = LibBSON() else { return false }
            let isWritten = values.enumerated().allSatisfy { library.append("\($0.offset)", $0.element) }
            return isWritten && bson_append_array(self.raw, key, length, library.raw)
        case .binary(let bytes, let subtype):
            let kind = bson_subtype_t(rawValue: UInt32(subtype))
            return bson_append_binary(self.raw, key, length, kind, bytes, UInt32(bytes.count))
        case .undefined: return bson_append_undefined(self.raw, key, length)
        case .objectID(let id): return Self.with(id) { bson_append_oid(self.raw, key, length, $0) }
        case .bool(let flag): return bson_append_bool(self.raw, key, length, flag)
        case .dateTime(let milliseconds): return bson_append_date_time(self.raw, key, length, milliseconds)
        case .null: return bson_append_null(self.raw, key, length)
        case .regex(let pattern, let options): return bson_append_regex(self.raw, key, length, pattern, options)
        case .int32(let number): return bson_append_int32(self.raw, key, length, number)
        case .int64(let number): return bson_append_int64(self.raw, key, length, number)
        case .timestamp(let seconds, let increment):
            return bson_append_timestamp(self.raw, key, length, seconds, increment)
        case .decimal128(let number):
            var bits = bson_decimal128_t(low: number.low, high: number.high)
            return bson_append_decimal128(self.raw, key, length, &bits)
        case .minKey: return bson_append_minkey(self.raw, key, length)
        case .maxKey: return bson_append_maxkey(self.raw, key, length)
        case .dbPointer, .javaScript, .symbol, .javaScriptWithScope: return self.appendDeprecated(key, value)
        }
    }

    private func appendDeprecated(_ key: String, _ value: BSONValue) -> Bool {
        let length = Int32(key.utf8.count)
        switch value {
        case .dbPointer(let namespace, let id):
            return Self.with(id) { bson_append_dbpointer(self.raw, key, length, namespace, $0) }
        case .javaScript(let code): return bson_append_code(self.raw, key, length, code)
        case .symbol(let text): return bson_append_symbol(self.raw, key, length, text, Int32(text.utf8.count))
        case .javaScriptWithScope(let code, let scope):
            guard let library = LibBSON(), library.append(scope) else { return false }
            return bson_append_code_with_scope(self.raw, key, length, code, library.raw)
        default: return false
        }
    }

    private static func with(_ id: BSONObjectID, _ body: (UnsafePointer<bson_oid_t>) -> Bool) -> Bool {
        var oid = bson_oid_t()
        bson_oid_init_from_data(&oid, id.bytes)
        return body(&oid)
    }
}

extension LibBSON {
    /// Whether libbson takes the bytes for a document.
    ///
    /// Walked with its iterator, because `bson_validate` does not do as a judge: it stops at the first text that is not
    /// UTF-8 and calls the document good, whatever comes after.
    static func accepts(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { Self.accepts($0, level: 0) }
    }

    private static func accepts(_ bytes: UnsafeBufferPointer<UInt8>, level: Int) -> Bool {
        // On the heap, because Swift does not align variables to 128 bytes.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
        defer { memory.deallocate() }
        let iterator = OpaquePointer(memory + 128)
        guard bson_init_static(OpaquePointer(memory), bytes.baseAddress, bytes.count),
            bson_iter_init(iterator, OpaquePointer(memory))
        else { return false }
        while bson_iter_next(iterator) {
            guard let below = self.nested(iterator) else { continue }
            guard level < 200, self.accepts(below, level: level + 1) else { return false }
        }
        // `err_off`, the field that is set when an element is malformed (bson-types.h).
        return memory.load(fromByteOffset: 128 + 44, as: UInt32.self) == 0
    }

    /// The bytes of the document or array on which the iterator stands; nil for other types.
    private static func nested(_ iterator: OpaquePointer) -> UnsafeBufferPointer<UInt8>? {
        var count: UInt32 = 0
        var data: UnsafePointer<UInt8>?
        switch bson_iter_type(iterator) {
        case BSON_TYPE_DOCUMENT: bson_iter_document(iterator, &count, &data)
        case BSON_TYPE_ARRAY: bson_iter_array(iterator, &count, &data)
        case BSON_TYPE_CODEWSCOPE:
            var codeCount: UInt32 = 0
            _ = bson_iter_codewscope(iterator, &codeCount, &count, &data)
        default: return nil
        }
        return UnsafeBufferPointer(start: data, count: Int(count))
    }

    /// Whether libbson's own check, that of its callers, takes the bytes.
    static func validates(_ bytes: [UInt8]) -> Bool {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        defer { memory.deallocate() }
        return bytes.withUnsafeBufferPointer { buffer in
            bson_init_static(OpaquePointer(memory), buffer.baseAddress, buffer.count)
                && bson_validate(OpaquePointer(memory), bson_validate_flags_t(rawValue: 0), nil)
        }
    }

    /// The text that libbson gives a decimal number.
    static func text(_ number: BSONDecimal128) -> String {
        var bits = bson_decimal128_t(low: number.low, high: number.high)
        var text = [CChar](repeating: 0, count: 43)
        bson_decimal128_to_string(&bits, &text)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The number that libbson reads; nil when it refuses the text.
    static func decimal128(_ text: String) -> BSONDecimal128? {
        var bits = bson_decimal128_t()
        guard bson_decimal128_from_string(text, &bits) else { return nil }
        return BSONDecimal128(low: bits.low, high: bits.high)
    }
}

import FoundationEssentials

/// JSON inside of json, jsonb and text.
enum JSONCodec {
    /// The only version of jsonb's binary form (`jsonb_send`).
    static let version: UInt8 = 1

    /// Reads a value from its JSON.
    ///
    /// - Parameters:
    ///   - value: what to read.
    ///   - bytes: a json, a jsonb, or a text that holds JSON.
    ///   - wanted: the type to name in an error.
    ///   - type: the type of `bytes`.
    ///   - format: the format of `bytes`.
    /// - Returns: the value.
    /// - Throws: `.decoding` when `bytes` is none of these, or its JSON does not fit.
    static func decode<Value: Decodable>(
        _ value: Value.Type,
        _ bytes: RawSpan,
        for wanted: Any.Type,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> Value {
        let start: Int
        switch (type, format) {
        case (.jsonb, .binary): start = try self.textStart(of: bytes, for: wanted)
        case (.jsonb, .text), (.json, _), (.text, _), (.varchar, _): start = 0
        default: throw .undecodable(wanted, from: type, format)
        }
        let data = bytes.withUnsafeBytes { Data($0.dropFirst(start)) }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw .undecodable(wanted, from: type, format, self.reason(error))
        }
    }

    /// Where the JSON begins in a jsonb in binary format.
    static func textStart(of bytes: RawSpan, for wanted: Any.Type) throws(PostgresError) -> Int {
        guard bytes.byteCount > 0, bytes.bigEndian(as: UInt8.self) == self.version else {
            throw .undecodable(wanted, from: .jsonb, .binary, "a version of jsonb that is not known")
        }
        return 1
    }

    /// What is wrong with a JSON.
    ///
    /// No value and no path, since the keys of a dictionary are values too; the key that is missing is one that the type
    /// asked for.
    static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): "its JSON lacks \(key.stringValue)"
        case .valueNotFound(let type, _): "its JSON has null instead of \(type)"
        case .typeMismatch(let type, _): "its JSON has something else instead of \(type)"
        default: "its JSON is malformed, or does not fit"
        }
    }
}

extension UInt8: PostgresDecodable {
    /// A bytea, or the bytes of a type that the database defines itself, as they are.
    public static func decodePostgresArray(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> [UInt8] {
        guard type == .bytea || !type.isBuiltIn else { throw .undecodable([UInt8].self, from: type, format) }
        guard format == .text, type == .bytea else { return bytes.withUnsafeBytes { [UInt8]($0) } }
        return try self.decodeHex(bytes)
    }

    /// The hex format, `\x` and two digits for each byte, which is the default of `bytea_output`.
    private static func decodeHex(_ bytes: RawSpan) throws(PostgresError) -> [UInt8] {
        let result = bytes.withUnsafeBytes { text -> [UInt8]? in
            guard text.count >= 2, text.count.isMultiple(of: 2), text.starts(with: [0x5C, 0x78]) else { return nil }
            var result: [UInt8] = []
            result.reserveCapacity(text.count / 2 - 1)
            for index in stride(from: 2, to: text.count, by: 2) {
                guard let high = Self.digit(text[index]), let low = Self.digit(text[index + 1]) else { return nil }
                result.append(high << 4 | low)
            }
            return result
        }
        guard let result else { throw .undecodable([UInt8].self, from: .bytea, .text, "not in hex format") }
        return result
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x66: character - 0x61 + 10
        case 0x41...0x46: character - 0x41 + 10
        default: nil
        }
    }
}

extension UInt8: PostgresArrayElement {
    /// A byte has no type of its own; an array of bytes is a bytea.
    public static var postgresType: PostgresType { .bytea }
    /// bytea.
    public static var postgresArrayType: PostgresType { .bytea }

    /// Writes the byte.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self)
    }

    /// Writes a bytea.
    public static func encodePostgresArray(_ array: [UInt8], to writer: inout PostgresValueWriter) {
        writer.write(bytes: array)
    }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// bytea[].
    public static var postgresArrayType: PostgresType { .byteaArray }
}

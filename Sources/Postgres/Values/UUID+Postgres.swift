public import FoundationEssentials

extension UUID: PostgresDecodable {
    /// A uuid.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .uuid else { throw .undecodable(UUID.self, from: type, format) }
        guard format == .binary else {
            self = try UUID(postgresText: bytes)
            return
        }
        guard bytes.byteCount == 16 else { throw .undecodable(UUID.self, from: type, format, "not 16 bytes") }
        self.init(uuid: bytes.unsafeLoadUnaligned(as: uuid_t.self))
    }

    @usableFromInline
    init(postgresText bytes: RawSpan) throws(PostgresError) {
        guard let value = UUID(uuidString: try String(utf8: bytes, for: UUID.self, from: .uuid, .text)) else {
            throw .undecodable(UUID.self, from: .uuid, .text, "malformed")
        }
        self = value
    }
}

extension UUID: PostgresArrayElement {
    /// uuid.
    public static var postgresType: PostgresType { .uuid }
    /// uuid[].
    public static var postgresArrayType: PostgresType { .uuidArray }

    /// Writes 16 bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        withUnsafeBytes(of: self.uuid) { writer.write(bytes: $0) }
    }
}

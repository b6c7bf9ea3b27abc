extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// An array of one dimension; `[UInt8]` is a bytea.
    ///
    /// Its bounds are dropped: the first element has index 0 whatever the server calls it. NULL elements need an optional
    /// element type.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        self = try Element.decodePostgresArray(bytes, type: type, format: format)
    }
}

extension PostgresDecodable {
    /// Reads an array of one dimension.
    @inlinable
    public static func decodePostgresArray(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> [Self] {
        try self.decodeElements(bytes, try ArrayHeader(bytes, type: type, format: format, for: [Self].self))
    }

    /// Reads the elements after the head of an array, each after its length.
    @inlinable
    static func decodeElements(_ bytes: RawSpan, _ header: ArrayHeader) throws(PostgresError) -> [Self] {
        var result: [Self] = []
        result.reserveCapacity(header.count)
        var offset = ArrayHeader.byteCount
        for _ in 0..<header.count {
            guard bytes.byteCount - offset >= 4 else { throw header.cutShort([Self].self) }
            let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
            offset += 4
            if length == -1 {
                result.append(try Self.decodePostgresNull())
                continue
            }
            guard 0...(bytes.byteCount - offset) ~= length else { throw header.cutShort([Self].self) }
            let element = bytes.extracting(offset..<offset + length)
            result.append(try Self(postgres: element, type: header.elementType, format: .binary))
            offset += length
        }
        guard header.count == 0 || offset == bytes.byteCount else { throw header.cutShort([Self].self) }
        return result
    }
}

/// The head of an array in binary format (`array_send` in arrayfuncs.c).
///
/// Dimensions, whether there are NULLs, element type; then for each dimension its length and first index.
@usableFromInline
struct ArrayHeader {
    /// The length of the head of an array of one dimension.
    @usableFromInline static let byteCount = 20

    private let type: PostgresType
    @usableFromInline let elementType: PostgresType
    @usableFromInline let count: Int

    @usableFromInline
    init(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat,
        for wanted: Any.Type
    ) throws(PostgresError) {
        guard format == .binary, type.mayBeArray else {
            throw .undecodable(wanted, from: type, format, format == .text ? "only binary format is read" : nil)
        }
        guard bytes.byteCount >= 12 else { throw .undecodable(wanted, from: type, format, "too few bytes") }
        let dimensions = bytes.bigEndian(at: 0, as: Int32.self)
        self.type = type
        self.elementType = PostgresType(oid: bytes.bigEndian(at: 8, as: UInt32.self))
        switch dimensions {
        case 0 where bytes.byteCount == 12: self.count = 0
        case 1 where bytes.byteCount >= Self.byteCount:
            let count = Int(bytes.bigEndian(at: 12, as: Int32.self))
            // Each element takes four bytes or more, so this bounds what is allocated for a count that lies.
            guard 0...((bytes.byteCount - Self.byteCount) / 4) ~= count else {
                throw .undecodable(wanted, from: type, format, "more elements than bytes")
            }
            self.count = count
        case 2...6: throw .undecodable(wanted, from: type, format, "\(dimensions) dimensions; only one is read")
        default: throw .undecodable(wanted, from: type, format, "malformed dimensions")
        }
    }

    @inline(never)
    @usableFromInline
    func cutShort(_ wanted: Any.Type) -> PostgresError {
        .undecodable(wanted, from: self.type, .binary, "the lengths of its elements do not fit its bytes")
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The array type of the element.
    public static var postgresType: PostgresType {
        Element.postgresArrayType
    }

    /// Writes an array of one dimension that counts from 1; `[UInt8]` is a bytea.
    @inlinable
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        Element.encodePostgresArray(self, to: &writer)
    }
}

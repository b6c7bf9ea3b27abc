/// A Swift type whose arrays can be bound to a query, as in `unnest(\(ids)::text[])`.
///
/// Elements may be optional, and nil is NULL. PostgreSQL has no arrays of arrays.
public protocol PostgresArrayElement: PostgresEncodable {
    /// The array type whose elements are of `postgresType`.
    static var postgresArrayType: PostgresType { get }

    /// Writes an array of this type; types that stand for something else in an array have their own.
    static func encodePostgresArray(_ array: [Self], to writer: inout PostgresValueWriter)
}

extension PostgresArrayElement {
    /// Writes an array of one dimension: a head, then each element with its length.
    @inlinable
    public static func encodePostgresArray(_ array: [Self], to writer: inout PostgresValueWriter) {
        // An optional byte would be an element of type bytea, which no element of bytes is.
        guard self.postgresType != self.postgresArrayType else {
            writer.refuse("an array of optional bytes has no type in PostgreSQL")
            return
        }
        guard let count = Int32(exactly: array.count) else {
            writer.refuse("an array has at most 2,147,483,647 elements")
            return
        }
        writer.write((count == 0 ? 0 : 1) as Int32)  // dimensions; an empty array has none
        let hasNull = writer.position
        writer.write(0 as Int32)
        writer.write(self.postgresType.oid)
        guard count > 0 else { return }
        writer.write(count)
        writer.write(1 as Int32)  // SQL arrays count from 1
        for element in array where writer.writeField(element) {
            writer.overwrite(1, at: hasNull)
        }
    }
}

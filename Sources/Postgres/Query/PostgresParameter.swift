/// A bound value: its type and its bytes in PostgreSQL's binary format.
///
/// Binary for every type: nothing is ever quoted, and a text with a zero byte is refused by the server instead of being
/// cut short, as it would be in text format.
public struct PostgresParameter: Sendable, Hashable {
    let type: PostgresType
    /// Nil is SQL's NULL.
    let bytes: [UInt8]?

    init(type: PostgresType, bytes: [UInt8]?) {
        self.type = type
        self.bytes = bytes
    }
}

/// A bound value: its type and its bytes in PostgreSQL's binary format.
///
/// Binary for every type: nothing is ever quoted or cut short.
public struct PostgresParameter: Sendable, Hashable {
    let type: PostgresType
    /// Nil is SQL's NULL.
    let bytes: [UInt8]?
    /// Why it cannot be sent; nil when it can.
    let refusal: String?

    init(type: PostgresType, bytes: [UInt8]?, refusal: String? = nil) {
        self.type = type
        self.bytes = bytes
        self.refusal = refusal
    }
}

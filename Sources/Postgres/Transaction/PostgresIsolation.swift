/// What a transaction sees of concurrent ones (PostgreSQL manual, "Transaction Isolation").
public enum PostgresIsolation: String, Sendable, Hashable, CaseIterable {
    /// Each statement sees what was committed before it.
    case readCommitted = "READ COMMITTED"
    /// All statements see what was committed before the first; may fail with `.serializationFailure`.
    case repeatableRead = "REPEATABLE READ"
    /// As if transactions ran one after the other; may fail with `.serializationFailure`.
    case serializable = "SERIALIZABLE"
}

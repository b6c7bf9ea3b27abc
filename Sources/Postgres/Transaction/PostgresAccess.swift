/// Whether a transaction may write.
public enum PostgresAccess: String, Sendable, Hashable, CaseIterable {
    /// It may.
    case readWrite = "READ WRITE"
    /// Statements that write fail.
    case readOnly = "READ ONLY"
    /// As `readOnly`; with `.serializable` it waits at the start until it can run without ever failing or being the reason
    /// for another to fail.
    case readOnlyDeferrable = "READ ONLY DEFERRABLE"
}

/// A host of the configuration with one of its addresses.
struct ResolvedHost: Sendable, Equatable {
    let host: PostgresHost
    /// In numeric form; empty for the folder of a Unix socket.
    let address: String
}

/// How batches of records are compressed.
public enum KafkaCompression: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// gzip (RFC 1952).
    case gzip
    /// Snappy.
    case snappy
    /// LZ4 frames.
    case lz4
    /// Zstandard.
    case zstd
}

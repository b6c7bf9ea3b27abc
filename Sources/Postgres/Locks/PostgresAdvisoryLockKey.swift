/// What an advisory lock is about, as the number that the server knows it by.
///
/// All programs that use a database must agree on what a number means.
public struct PostgresAdvisoryLockKey: Sendable, Hashable {
    /// The number.
    public let number: Int64

    /// The lock of this number.
    public init(_ number: Int64) {
        self.number = number
    }

    /// The lock of this name.
    ///
    /// Its number is the 64-bit FNV-1a hash of the name's UTF-8 bytes, as a signed integer; that never changes. Two names
    /// that share a number, which is one chance in 2^64 for each pair, only wait for each other.
    public init(_ name: String) {
        self.number = Int64(bitPattern: StableHash.fnv1a(name.utf8))
    }
}

extension PostgresAdvisoryLockKey: ExpressibleByStringLiteral {
    /// The lock of this name.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension PostgresAdvisoryLockKey: ExpressibleByIntegerLiteral {
    /// The lock of this number.
    public init(integerLiteral value: Int64) {
        self.init(value)
    }
}

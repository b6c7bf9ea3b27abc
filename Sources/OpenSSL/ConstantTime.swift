import COpenSSL

/// Comparison whose time tells nothing about the content.
public enum ConstantTime {
    /// Whether both are equal; the time depends on the lengths only, which are not secret.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }
}

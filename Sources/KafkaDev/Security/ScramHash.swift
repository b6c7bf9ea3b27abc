import Crypto

/// The hash function of a SCRAM mechanism, and what is made of it.
enum ScramHash: Sendable {
    case sha256
    case sha512

    /// H(bytes).
    func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }

    /// HMAC(key, bytes).
    func authenticationCode(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Self.authenticationCode(SHA256.self, bytes, key)
        case .sha512: Self.authenticationCode(SHA512.self, bytes, key)
        }
    }

    /// Hi(password, salt, iterations), which is PBKDF2 with one block (RFC 5802 section 2.2).
    func saltedPassword(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        switch self {
        case .sha256: Self.saltedPassword(SHA256.self, password, salt, iterations)
        case .sha512: Self.saltedPassword(SHA512.self, password, salt, iterations)
        }
    }

    private static func authenticationCode<Hash: HashFunction>(
        _: Hash.Type,
        _ bytes: [UInt8],
        _ key: [UInt8]
    ) -> [UInt8] {
        Array(HMAC<Hash>.authenticationCode(for: bytes, using: SymmetricKey(data: key)))
    }

    private static func saltedPassword<Hash: HashFunction>(
        _: Hash.Type,
        _ password: [UInt8],
        _ salt: [UInt8],
        _ iterations: Int
    ) -> [UInt8] {
        // The key is taken in once; each turn begins with a copy.
        let keyed = HMAC<Hash>(key: SymmetricKey(data: password))
        func code(_ bytes: [UInt8]) -> [UInt8] {
            var copy = keyed
            copy.update(data: bytes)
            return Array(copy.finalize())
        }
        var last = code(salt + [0, 0, 0, 1])
        var result = last
        for _ in 1..<max(1, iterations) {
            last = code(last)
            for index in result.indices { result[index] ^= last[index] }
        }
        return result
    }
}

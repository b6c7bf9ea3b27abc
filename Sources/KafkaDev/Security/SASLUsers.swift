/// The users, with what each mechanism needs to check a password: the passwords themselves are not kept.
struct SASLUsers: Sendable {
    static let saltBytes = 16

    private struct User {
        let passwordCode: [UInt8]
        let credentials: [ScramHash: ScramCredential]
    }

    private let users: [String: User]
    /// Of this process alone.
    private let secret: [UInt8]

    /// Derives what is kept, with fresh salts.
    ///
    /// Takes some milliseconds for each user.
    ///
    /// - Parameters:
    ///   - passwords: by name.
    ///   - hashes: of the SCRAM mechanisms that are offered.
    init(passwords: [String: String], hashes: [ScramHash]) {
        let secret = Self.randomBytes(32)
        self.secret = secret
        self.users = passwords.mapValues { password in
            // Kafka's brokers and clients take passwords as they are, without SASLprep.
            let password = Array(password.utf8)
            let credentials = hashes.map { hash in
                (hash, ScramCredential(password: password, salt: Self.randomBytes(Self.saltBytes), hash: hash))
            }
            return User(
                passwordCode: ScramHash.sha256.authenticationCode(password, key: secret),
                credentials: Dictionary(credentials) { first, _ in first }
            )
        }
    }

    /// Whether this is the user's password; the time does not tell whether there is such a user.
    func isPassword(_ password: [UInt8], of name: String) -> Bool {
        let code = ScramHash.sha256.authenticationCode(password, key: self.secret)
        let user = self.users[name]
        return ConstantTime.areEqual(code, user?.passwordCode ?? self.secret) && user != nil
    }

    /// The user's credential, or one that no password fits.
    func credential(of name: String, hash: ScramHash) -> ScramCredential {
        let nobody = ScramCredential(nobody: name, secret: self.secret, hash: hash)
        return self.users[name]?.credentials[hash] ?? nobody
    }

    /// Bytes that nobody can guess.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}

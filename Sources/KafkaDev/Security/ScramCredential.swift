/// What a server keeps of a password (RFC 5802 section 2.2 and 3): enough to check a proof, not to make one.
struct ScramCredential: Equatable, Sendable {
    /// What clients demand at least (RFC 7677 section 4).
    static let iterations = 4_096

    let salt: [UInt8]
    let iterations: Int
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    /// The credential of a user.
    init(password: [UInt8], salt: [UInt8], iterations: Int = Self.iterations, hash: ScramHash) {
        let salted = hash.saltedPassword(password, salt: salt, iterations: iterations)
        self.salt = salt
        self.iterations = iterations
        self.storedKey = hash.digest(hash.authenticationCode(Array("Client Key".utf8), key: salted))
        self.serverKey = hash.authenticationCode(Array("Server Key".utf8), key: salted)
    }

    /// What looks like the credential of a user who does not exist, always the same for a name, and has no password.
    init(nobody name: String, secret: [UInt8], hash: ScramHash) {
        func bytes(_ purpose: String) -> [UInt8] {
            hash.authenticationCode(Array("\(purpose):\(name)".utf8), key: secret)
        }
        self.salt = Array(bytes("salt").prefix(SASLUsers.saltBytes))
        self.iterations = Self.iterations
        self.storedKey = bytes("stored key")
        self.serverKey = bytes("server key")
    }

    /// Whether a client that signed `message` so knows the password.
    func accepts(proof: [UInt8], of message: [UInt8], hash: ScramHash) -> Bool {
        let signature = hash.authenticationCode(message, key: self.storedKey)
        guard proof.count == signature.count else { return false }
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        return ConstantTime.areEqual(hash.digest(clientKey), self.storedKey)
    }

    /// What proves to the client that the server knows the credential.
    func serverSignature(of message: [UInt8], hash: ScramHash) -> [UInt8] {
        hash.authenticationCode(message, key: self.serverKey)
    }
}

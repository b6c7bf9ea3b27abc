import FoundationEssentials

/// The server's side of SCRAM without channel binding (RFC 5802, RFC 7677).
struct ScramExchange {
    /// Why the client is turned away.
    enum Refusal: Error {
        case malformed
        case credentials
    }

    private struct Challenge {
        let user: String
        let credential: ScramCredential
        /// The client's header, which its second message repeats in Base64.
        let header: String
        /// The nonces that the second message may name.
        let nonces: [String]
        /// The messages so far, as both sides sign them.
        let transcript: String
    }

    private enum State {
        case first
        case final(Challenge)
        case over
    }

    private let hash: ScramHash
    private let credential: (String) -> ScramCredential
    private let nonce: String
    private var state = State.first

    /// An exchange that waits for the client's first message.
    ///
    /// - Parameters:
    ///   - hash: the mechanism's.
    ///   - nonce: this server's part; a fresh one except in tests.
    ///   - credential: what to hold the proof of a user against.
    init(_ hash: ScramHash, nonce: String? = nil, credential: @escaping (String) -> ScramCredential) {
        self.hash = hash
        self.credential = credential
        self.nonce = nonce ?? Data(SASLUsers.randomBytes(18)).base64EncodedString()
    }

    /// Takes the client's next message.
    mutating func respond(to message: String) throws(Refusal) -> SASLExchange.Step {
        let state = self.state
        self.state = .over
        switch state {
        case .first:
            let challenge = try self.challenge(message)
            self.state = .final(challenge.0)
            return .challenge(Array(challenge.1.utf8))
        case .final(let challenge): return try self.verify(message, challenge)
        case .over: throw .malformed
        }
    }

    /// `n,[a=authzid],n=name,r=nonce[,extensions]` becomes `r=nonces,s=salt,i=iterations`.
    private func challenge(_ message: String) throws(Refusal) -> (Challenge, String) {
        let parts = message.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        // "y": the client could bind to the channel and saw that this server does not offer it.
        guard parts.count == 3, parts[0] == "n" || parts[0] == "y" else { throw .malformed }
        let bare = parts[2]
        let fields = bare.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 2, let name = Self.value("n", fields[0]).flatMap(Self.name),
            let clientNonce = Self.value("r", fields[1]), Self.isPrintable(clientNonce)
        else { throw .malformed }
        if !parts[1].isEmpty {
            guard let authorized = Self.value("a", parts[1]).flatMap(Self.name) else { throw .malformed }
            // Nobody acts for another.
            guard authorized == name else { throw .credentials }
        }
        let credential = self.credential(name)
        let nonce = clientNonce + self.nonce
        let salt = Data(credential.salt).base64EncodedString()
        let answer = "r=\(nonce),s=\(salt),i=\(credential.iterations)"
        let challenge = Challenge(
            user: name,
            credential: credential,
            header: "\(parts[0]),\(parts[1]),",
            // librdkafka before 2.6.1 puts the client's part before the whole once more.
            nonces: [nonce, clientNonce + nonce],
            transcript: "\(bare),\(answer)"
        )
        return (challenge, answer)
    }

    /// `c=header,r=nonces[,extensions],p=proof` becomes `v=signature`.
    private func verify(_ message: String, _ challenge: Challenge) throws(Refusal) -> SASLExchange.Step {
        let fields = message.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 3, let last = fields.last, let encoded = Self.value("p", last),
            let proof = Data(base64Encoded: encoded).map(Array.init)
        else { throw .malformed }
        guard Self.value("c", fields[0]) == Data(challenge.header.utf8).base64EncodedString(),
            let nonce = Self.value("r", fields[1]), challenge.nonces.contains(nonce)
        else { throw .malformed }
        let withoutProof = fields.dropLast().joined(separator: ",")
        let signed = Array("\(challenge.transcript),\(withoutProof)".utf8)
        guard challenge.credential.accepts(proof: proof, of: signed, hash: self.hash) else { throw .credentials }
        let signature = challenge.credential.serverSignature(of: signed, hash: self.hash)
        return .success(Array("v=\(Data(signature).base64EncodedString())".utf8), user: challenge.user)
    }

    /// The value of an attribute; nil when the field is another one or empty.
    private static func value(_ attribute: Character, _ field: Substring) -> String? {
        guard field.first == attribute, field.dropFirst().first == "=", field.utf8.count > 2 else { return nil }
        return String(field.dropFirst(2))
    }

    /// A name, in which `=2C` stands for a comma and `=3D` for an equals sign; nil for any other escape.
    private static func name(_ value: String) -> String? {
        let parts = value.split(separator: "=", omittingEmptySubsequences: false)
        var name = String(parts[0])
        for part in parts.dropFirst() {
            switch part.prefix(2) {
            case "2C": name += ","
            case "3D": name += "="
            default: return nil
            }
            name += part.dropFirst(2)
        }
        return name
    }

    private static func isPrintable(_ nonce: String) -> Bool {
        nonce.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

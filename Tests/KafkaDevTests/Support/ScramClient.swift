import Foundation

@testable import KafkaDev

/// The client's side of SCRAM, which can also lie.
struct ScramClient {
    let hash: ScramHash
    let name: String
    let password: String
    var nonce = "client-nonce"
    var header = "n,,"

    private var escapedName: String {
        self.name.replacing("=", with: "=3D").replacing(",", with: "=2C")
    }

    private var bare: String { "n=\(self.escapedName),r=\(self.nonce)" }

    var first: String { self.header + self.bare }

    /// The answer to the server's first message.
    ///
    /// - Parameters:
    ///   - challenge: the server's first message.
    ///   - nonce: another one than the server's.
    /// - Returns: the message, and what the server has to answer.
    func final(_ challenge: String, nonce: String? = nil) -> (message: String, expected: String) {
        let fields = challenge.split(separator: ",").map { $0.dropFirst(2) }
        guard fields.count == 3 else { return ("", "") }
        let salt = Array(Data(base64Encoded: String(fields[1])) ?? Data())
        let salted = self.hash.saltedPassword(
            Array(self.password.utf8),
            salt: salt,
            iterations: Int(fields[2]) ?? 0
        )
        let key = self.hash.authenticationCode(Array("Client Key".utf8), key: salted)
        let binding = Data(self.header.utf8).base64EncodedString()
        let withoutProof = "c=\(binding),r=\(nonce ?? String(fields[0]))"
        let signed = Array("\(self.bare),\(challenge),\(withoutProof)".utf8)
        let signature = self.hash.authenticationCode(signed, key: self.hash.digest(key))
        let proof = Data(zip(key, signature).map { $0 ^ $1 }).base64EncodedString()
        let serverKey = self.hash.authenticationCode(Array("Server Key".utf8), key: salted)
        let expected = Data(self.hash.authenticationCode(signed, key: serverKey)).base64EncodedString()
        return ("\(withoutProof),p=\(proof)", "v=\(expected)")
    }
}

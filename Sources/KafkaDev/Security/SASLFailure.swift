/// Why an authentication has failed, in words that the client may see.
struct SASLFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    /// The same for a wrong password and for a user who does not exist.
    static let credentials = SASLFailure(description: "wrong user name or password")

    /// What came does not follow the mechanism.
    static func malformed(_ mechanism: KafkaDevSASL.Mechanism) -> SASLFailure {
        SASLFailure(description: "not a message of \(mechanism.rawValue)")
    }
}

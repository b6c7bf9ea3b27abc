/// What all connections of a broker with SASL share.
struct SASLAuthenticator: Sendable {
    let mechanisms: [KafkaDevSASL.Mechanism]
    let users: SASLUsers

    /// Mechanisms for these users.
    ///
    /// Takes some milliseconds for each user.
    init(mechanisms: [KafkaDevSASL.Mechanism], passwords: [String: String]) {
        self.mechanisms = mechanisms
        self.users = SASLUsers(passwords: passwords, hashes: mechanisms.compactMap(\.hash))
    }

    /// Reads the user file.
    ///
    /// - Throws: `KafkaDevError` with code `configuration`.
    init(_ settings: KafkaDevSASL) throws(KafkaDevError) {
        self.init(mechanisms: settings.mechanisms, passwords: try SASLUserFile.read(settings.userFile))
    }
}

/// The server's side of one authentication, without input or output.
struct SASLExchange {
    /// The answer to a message of the client.
    enum Step: Equatable {
        /// More has to come.
        case challenge([UInt8])
        /// The client is this user.
        case success([UInt8], user: String)
    }

    private enum State {
        case plain
        case scram(ScramExchange)
        case over
    }

    let mechanism: KafkaDevSASL.Mechanism
    private let users: SASLUsers
    private var state: State

    /// An exchange that waits for the client's first message.
    init(_ mechanism: KafkaDevSASL.Mechanism, users: SASLUsers) {
        self.mechanism = mechanism
        self.users = users
        self.state =
            mechanism.hash.map { hash in
                .scram(ScramExchange(hash) { users.credential(of: $0, hash: hash) })
            } ?? .plain
    }

    /// Takes a message of the client, which may be anything.
    ///
    /// After an error or a success the exchange is over.
    mutating func respond(to message: [UInt8]) throws(SASLFailure) -> Step {
        let state = self.state
        self.state = .over
        switch state {
        case .plain: return try self.checkPlain(message)
        case .over: throw .malformed(self.mechanism)
        case .scram(var exchange):
            guard let text = String(validating: message, as: UTF8.self) else { throw .malformed(self.mechanism) }
            do throws(ScramExchange.Refusal) {
                let step = try exchange.respond(to: text)
                self.state = .scram(exchange)
                return step
            } catch {
                throw error == .credentials ? .credentials : .malformed(self.mechanism)
            }
        }
    }

    /// RFC 4616: `[authzid] NUL authcid NUL passwd`.
    private func checkPlain(_ message: [UInt8]) throws(SASLFailure) -> Step {
        let parts = message.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let authorized = String(validating: parts[0], as: UTF8.self),
            let name = String(validating: parts[1], as: UTF8.self), !name.isEmpty, !parts[2].isEmpty
        else { throw .malformed(.plain) }
        // Nobody acts for another.
        guard self.users.isPassword(Array(parts[2]), of: name), authorized.isEmpty || authorized == name else {
            throw .credentials
        }
        return .success([], user: name)
    }
}

extension KafkaDevSASL.Mechanism {
    /// The hash of a SCRAM mechanism.
    var hash: ScramHash? {
        switch self {
        case .plain: nil
        case .scramSHA256: .sha256
        case .scramSHA512: .sha512
        }
    }
}

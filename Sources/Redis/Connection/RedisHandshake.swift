/// The commands by which a new connection becomes usable, and what their replies mean.
///
/// Pure, no I/O.
///
/// All are sent at once. `PING` comes last, because without a password nothing else would show that one is needed.
struct RedisHandshake {
    /// How far the handshake is.
    enum Progress {
        case unfinished
        case finished
        /// The server does not let us in; waiting does not help.
        case refused(RedisError)
        /// The server is not ready; try again later.
        case failed(RedisError)
    }

    private enum Step {
        case authenticate
        case select
        case setName
        case role
        case ping
    }

    private let steps: [(step: Step, command: RawCommand)]
    private var position = 0

    /// - Parameters:
    ///   - configuration: user, password, database and name.
    ///   - requiresMaster: whether a replica does not do.
    init(_ configuration: RedisConfiguration, requiresMaster: Bool = false) {
        var steps: [(Step, RawCommand)] = []
        if !configuration.username.isEmpty {
            let arguments: [RedisArgument] = [.string(configuration.username), .string(configuration.password)]
            steps.append((.authenticate, RawCommand("AUTH", arguments)))
        } else if !configuration.password.isEmpty {
            steps.append((.authenticate, RawCommand("AUTH", [.string(configuration.password)])))
        }
        if configuration.database != 0 {
            steps.append((.select, RawCommand("SELECT", [.init(configuration.database)])))
        }
        if !configuration.clientName.isEmpty {
            steps.append((.setName, RawCommand("CLIENT", ["SETNAME", .string(configuration.clientName)])))
        }
        if requiresMaster { steps.append((.role, RawCommand("ROLE"))) }
        steps.append((.ping, RawCommand("PING")))
        self.steps = steps
    }

    /// The commands, encoded.
    var bytes: [UInt8] { RESPWriter.encode(self.steps.map(\.command)) }

    /// Takes the reply to the next command.
    mutating func received(_ reply: RedisValue) -> Progress {
        guard self.position < self.steps.count else {
            return .failed(RedisError(.protocolViolation, "the server sent a reply that nobody asked for"))
        }
        let step = self.steps[self.position].step
        self.position += 1
        if case .error(let text) = reply, !self.isHarmless(text, at: step) {
            let name = self.steps[self.position - 1].command.name
            let message = "\(name) refused: \(RedisServerErrorText.redacted(text))"
            // A protocol error says that bytes were damaged on their way, nothing about whether we may come in.
            if RedisServerErrorText.isTransient(text) || text.hasPrefix("ERR Protocol error") {
                return .failed(RedisError(.connectionLost, message))
            }
            return .refused(RedisError(.handshakeRefused, message))
        }
        if step == .role, case .array(let words) = reply, words.first != .string(Array("master".utf8)) {
            return .failed(RedisError(.connectionLost, "the server is not a master"))
        }
        return self.position == self.steps.count ? .finished : .unfinished
    }

    /// A user whose access list lacks `CLIENT` or `PING` is let in all the same: the name is for people only, and
    /// `NOPERM` shows that the user is known.
    private func isHarmless(_ text: String, at step: Step) -> Bool {
        switch step {
        case .setName: !RedisServerErrorText.isTransient(text) && RedisServerErrorText.name(of: text) != "NOAUTH"
        case .ping: RedisServerErrorText.name(of: text) == "NOPERM"
        case .authenticate, .select, .role: false
        }
    }
}

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
        case ping
    }

    private let steps: [(step: Step, command: RedisCommand)]
    private var position = 0

    init(_ configuration: RedisConfiguration) {
        var steps: [(Step, RedisCommand)] = []
        if !configuration.username.isEmpty {
            let arguments: [RedisArgument] = [.string(configuration.username), .string(configuration.password)]
            steps.append((.authenticate, RedisCommand("AUTH", arguments)))
        } else if !configuration.password.isEmpty {
            steps.append((.authenticate, RedisCommand("AUTH", [.string(configuration.password)])))
        }
        if configuration.database != 0 {
            steps.append((.select, RedisCommand("SELECT", [.init(configuration.database)])))
        }
        if !configuration.clientName.isEmpty {
            steps.append((.setName, RedisCommand("CLIENT", ["SETNAME", .string(configuration.clientName)])))
        }
        steps.append((.ping, .ping))
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
            if RedisServerErrorText.isTransient(text) { return .failed(RedisError(.connectionLost, message)) }
            return .refused(RedisError(.handshakeRefused, message))
        }
        return self.position == self.steps.count ? .finished : .unfinished
    }

    /// A user whose access list lacks `CLIENT` or `PING` is let in all the same: the name is for people only, and
    /// `NOPERM` shows that the user is known.
    private func isHarmless(_ text: String, at step: Step) -> Bool {
        switch step {
        case .setName: !RedisServerErrorText.isTransient(text) && RedisServerErrorText.name(of: text) != "NOAUTH"
        case .ping: RedisServerErrorText.name(of: text) == "NOPERM"
        case .authenticate, .select: false
        }
    }
}

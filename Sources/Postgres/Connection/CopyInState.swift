/// A COPY FROM STDIN on a connection.
final class CopyInState {
    enum Phase {
        /// The statement is sent.
        case starting
        /// The server takes data.
        case open
        /// The end is sent.
        case ending
    }

    var phase = Phase.starting
    var affectedRows = 0
    var failure: PostgresError?
    var isCancelRequested = false
    /// Who waits for the end of the phase, or for bytes to be taken.
    var waiting: PGCall?

    init(waiting: PGCall) {
        self.waiting = waiting
    }
}

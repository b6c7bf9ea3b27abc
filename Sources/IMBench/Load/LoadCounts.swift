/// What an event loop has counted and timed.
struct LoadCounts: Sendable {
    /// From when a message was due to its answer, and to its delivery to another user.
    var toAnswer = LatencyHistogram()
    var toDelivery = LatencyHistogram()
    /// How late the generator itself sent: from when a message was due to when it went to the socket.
    var lateness = LatencyHistogram()
    /// Messages that were sent, each counted once.
    var sent = 0
    var accepted = 0
    var delivered = 0
    /// Of those, what happened between the end of the warm-up and the end of sending.
    var acceptedInWindow = 0
    var deliveredInWindow = 0
    /// Deliveries of a sender's own messages.
    var ownCopies = 0
    /// Deliveries of a seq that the client had passed.
    var repeated = 0
    /// Pushed messages of no sender of this run.
    var foreign = 0
    /// Error answers by code.
    var errors: [Int32: Int] = [:]
    /// Messages that were given up: the error was final.
    var rejected = 0
    /// Messages that were sent again.
    var resent = 0
    /// Messages that were due while too many of their sender waited.
    var skipped = 0
    /// Connections that broke and were made again.
    var reconnects = 0
    /// Messages without an answer at this moment.
    var unanswered = 0
    /// Connections that are open at this moment.
    var open = 0
    /// Why a connection was last refused or cut; nil when none was.
    var lastFailure: String?

    /// Adds what another event loop has.
    mutating func merge(_ other: LoadCounts) {
        self.toAnswer.merge(other.toAnswer)
        self.toDelivery.merge(other.toDelivery)
        self.lateness.merge(other.lateness)
        self.sent += other.sent
        self.accepted += other.accepted
        self.delivered += other.delivered
        self.acceptedInWindow += other.acceptedInWindow
        self.deliveredInWindow += other.deliveredInWindow
        self.ownCopies += other.ownCopies
        self.repeated += other.repeated
        self.foreign += other.foreign
        self.errors.merge(other.errors, uniquingKeysWith: +)
        self.rejected += other.rejected
        self.resent += other.resent
        self.skipped += other.skipped
        self.reconnects += other.reconnects
        self.unanswered += other.unanswered
        self.open += other.open
        self.lastFailure = self.lastFailure ?? other.lastFailure
    }
}

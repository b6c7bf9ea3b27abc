/// One round of questions to the sentinels, one after the other.
///
/// Pure: the owner asks whom `next` names, and tells what came. Answers differ while a failover spreads, and a sentinel
/// that was cut off names the master of the past. The epoch tells which answer is newer; where it is not known, an address
/// that is suspected (its server cannot be reached, or is a replica) gives way to one that is not.
struct MasterSearch: Sendable {
    /// What a round ends with.
    enum Result: Sendable {
        case found(Candidate)
        case failed(RedisError)
    }

    /// A master, and who named it.
    struct Candidate: Sendable, Equatable {
        var address: RedisEndpoint
        var epoch: Int64?
        var isSuspect: Bool
        var sentinel: RedisEndpoint
        /// The sentinels that `sentinel` knows.
        var others: [RedisEndpoint]
    }

    private let masterName: String
    private let sentinels: [RedisEndpoint]
    private let suspects: Set<RedisEndpoint>
    private let epochKnown: Int64?
    private var position = 0
    private var best: Candidate?
    private var isDecided = false
    private var unreachable: [String] = []
    private var refusals: [String] = []
    private var ignorantCount = 0

    /// A round.
    ///
    /// - Parameters:
    ///   - masterName: whose address is asked for.
    ///   - sentinels: whom to ask, in this order.
    ///   - suspects: addresses that other ones of the same epoch are preferred to.
    ///   - epochKnown: the highest epoch of the rounds before; an older answer counts only if all
    ///     sentinels answer and none is newer, as after a `SENTINEL RESET`.
    init(masterName: String, sentinels: [RedisEndpoint], suspects: Set<RedisEndpoint>, epochKnown: Int64?) {
        self.masterName = masterName
        self.sentinels = sentinels
        self.suspects = suspects
        self.epochKnown = epochKnown
    }

    /// Whom to ask next; `nil` when the round is over.
    var next: RedisEndpoint? {
        guard !self.isDecided, self.position < self.sentinels.count else { return nil }
        return self.sentinels[self.position]
    }

    /// The sentinel that `next` named answered.
    mutating func answered(_ answer: SentinelAnswer) {
        guard let sentinel = self.next else { return }
        self.position += 1
        guard let address = answer.master else {
            if let refusal = answer.refusal {
                self.refusals.append("\(sentinel): \(refusal)")
            } else {
                self.ignorantCount += 1
            }
            return
        }
        let new = Candidate(
            address: address,
            epoch: answer.epoch,
            isSuspect: self.suspects.contains(address),
            sentinel: sentinel,
            others: answer.sentinels
        )
        if self.best.map({ Self.isBetter(new, than: $0) }) ?? true { self.best = new }
        self.isDecided = !new.isSuspect && !self.isOutdated(new.epoch) && self.best?.address == address
    }

    /// The sentinel that `next` named could not be asked.
    mutating func failed(_ error: RedisError) {
        guard let sentinel = self.next else { return }
        self.position += 1
        let cause = (error.cause as? RedisError).map { ", \($0.message)" } ?? ""
        let reason = "\(sentinel): \(error.message)\(cause)"
        if error.code == .handshakeRefused {
            self.refusals.append(reason)
        } else {
            self.unreachable.append(reason)
        }
    }

    /// What came out, once `next` is `nil`.
    var result: Result {
        let tried = self.unreachable.joined(separator: "; ")
        if let best = self.best {
            // Who knows better may be among those that cannot be reached.
            guard self.isOutdated(best.epoch), !self.unreachable.isEmpty else { return .found(best) }
            let message = "only outdated sentinels reachable (\(self.unreachable.count) others tried: \(tried))"
            return .failed(RedisError(.connectionLost, message))
        }
        if self.ignorantCount > 0 {
            let others = tried.isEmpty ? "" : ", not reachable: \(tried)"
            let message = "sentinels know no master named \(self.masterName) (\(self.ignorantCount) asked\(others))"
            return .failed(RedisError(.handshakeRefused, message))
        }
        guard self.refusals.isEmpty else {
            return .failed(RedisError(.handshakeRefused, "sentinels refuse: \(self.refusals.joined(separator: "; "))"))
        }
        let message = "no sentinel reachable (\(self.unreachable.count) tried: \(tried))"
        return .failed(RedisError(.connectionLost, message))
    }

    private func isOutdated(_ epoch: Int64?) -> Bool {
        guard let epoch, let known = self.epochKnown else { return false }
        return epoch < known
    }

    /// By epoch where both tell it, else by suspicion; the earlier answer in doubt.
    private static func isBetter(_ new: Candidate, than old: Candidate) -> Bool {
        if let newEpoch = new.epoch, let oldEpoch = old.epoch, newEpoch != oldEpoch { return newEpoch > oldEpoch }
        return old.isSuspect && !new.isSuspect
    }
}

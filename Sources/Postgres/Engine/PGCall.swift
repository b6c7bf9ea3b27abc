import ServerRuntime

/// A call as the I/O thread keeps it.
final class PGCall {
    /// How far the server is with a group of statements.
    struct Progress {
        var answer: PipelineAnswer
        /// Statements of the body that have been handed to libpq.
        var sentCount = 0
        var failure: PostgresError?
        var results: [PGResultHandle] = []
        var affectedRows = 0
        /// The prepared statement that is executed.
        var statement: PreparedCache.Name?
        /// The statement is prepared by this very call.
        var isNewStatement = false
        /// A cancel request for another call was under way while this one was in flight.
        var mayBeStruck = false
        /// The server has been asked to stop this call.
        var isCancelRequested = false
    }

    let id: UInt64
    let work: CallWork
    let deadline: Deadline
    /// Work of the thread itself, which nobody waits for and nobody abandons.
    let isInternal: Bool
    /// Of its answers only the number of rows is wanted.
    let countsOnly: Bool
    private var waiter: CallWaiter?
    var progress: Progress?
    /// It was sent once before, and certainly not applied.
    ///
    /// The second time it is sent without a prepared statement, so that it cannot fail for want of one again.
    var isRepeated = false

    init(_ request: CallRequest) {
        self.id = request.id
        self.work = request.work
        self.deadline = request.deadline
        self.waiter = request.waiter
        self.isInternal = false
        self.countsOnly = Self.countsOnly(request.work)
    }

    /// A statement of the thread's own.
    init(internalStatement sql: String, deadline: Deadline) {
        let body = StatementGroup.Body.one(PostgresQuery(unsafeSQL: sql))
        self.id = 0
        self.work = .shared(StatementGroup(body: body, rowsMax: 1, isPrepared: false))
        self.deadline = deadline
        self.isInternal = true
        self.countsOnly = false
    }

    private static func countsOnly(_ work: CallWork) -> Bool {
        switch work {
        case .shared(let group), .session(_, .statements(let group)):
            if case .repeated = group.body { true } else { false }
        case .lease, .session: false
        }
    }

    /// Whether anybody still wants the outcome.
    var isLive: Bool { self.isInternal || self.waiter != nil }

    /// The statements, if it has any.
    var group: StatementGroup? {
        switch self.work {
        case .shared(let group), .session(_, .statements(let group)): group
        case .lease, .session: nil
        }
    }

    var wantsLease: Bool {
        if case .lease = self.work { true } else { false }
    }

    /// Takes the waiter away, so that it is resumed once.
    func takeWaiter() -> CallWaiter? {
        self.waiter.take()
    }
}

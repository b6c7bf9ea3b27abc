/// Follows the answer to one group of statements in pipeline mode, without libpq.
///
/// libpq gives for each command of the group its results and then nothing once (`separator`), and at the end `sync`. After
/// an error the other commands of the group give `aborted`.
struct PipelineAnswer: Equatable {
    /// What `PQgetResult` returned.
    enum Part: Equatable {
        case rows
        case command
        case error
        case aborted
        case sync
        case separator
        /// A COPY has begun, which pipeline mode does not allow.
        case copy
    }

    /// What to do with it.
    enum Action: Equatable {
        /// It tells nothing that anybody wants.
        case drop
        /// An answer to a statement of the body.
        case keep
        /// The error that ended the group.
        case fail
        /// Nothing has come: the rest of the group is still to be sent.
        case wait
        /// The whole group is answered.
        case finish
        /// The connection cannot be used any more.
        case giveUp
    }

    private enum Phase: Equatable {
        case prefixes(left: Int)
        case preparing
        case executing(left: Int)
        case syncing
        case finished
    }

    private let prepares: Bool
    private let executions: Int
    private var phase: Phase
    /// The server has prepared the statement.
    private(set) var hasPrepared = false
    private(set) var hasFailed = false
    /// The present command has given a result.
    private var hasResult = false

    init(prefixes: Int, prepares: Bool, executions: Int) {
        self.prepares = prepares
        self.executions = executions
        self.phase = .prefixes(left: prefixes)
        self.skipEmptyPhases()
    }

    /// Whether the group's statements, as opposed to what precedes them, are being answered.
    var isExecuting: Bool {
        if case .executing = self.phase { true } else { false }
    }

    mutating func received(_ part: Part) -> Action {
        if part != .separator { self.hasResult = true }
        switch (self.phase, part) {
        case (.finished, _), (_, .copy):
            return .giveUp
        case (.syncing, .sync):
            self.phase = .finished
            return .finish
        case (_, .sync):
            return .giveUp
        case (_, .separator):
            // Each command gives at least one result; without one libpq says that it waits for none.
            guard self.hasResult else { return .wait }
            self.hasResult = false
            self.advance()
            return .drop
        case (_, .error):
            defer { self.hasFailed = true }
            return self.hasFailed ? .drop : .fail
        case (_, .aborted):
            return .drop
        case (.preparing, .command):
            self.hasPrepared = true
            return .drop
        case (.executing, .rows), (.executing, .command):
            return .keep
        case (.prefixes, .rows), (.prefixes, .command):
            return .drop
        case (.preparing, .rows), (.syncing, .rows), (.syncing, .command):
            return .giveUp
        }
    }

    private mutating func advance() {
        switch self.phase {
        case .prefixes(let left): self.phase = .prefixes(left: left - 1)
        case .preparing: self.phase = .executing(left: self.executions)
        case .executing(let left): self.phase = .executing(left: left - 1)
        case .syncing, .finished: break
        }
        self.skipEmptyPhases()
    }

    private mutating func skipEmptyPhases() {
        if self.phase == .prefixes(left: 0) {
            self.phase = self.prepares ? .preparing : .executing(left: self.executions)
        }
        if self.phase == .executing(left: 0) { self.phase = .syncing }
    }
}

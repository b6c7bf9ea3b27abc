import ServerRuntime

/// Names the loan of one connection; a connection's next loan has another number.
struct LeaseID: Sendable, Hashable {
    /// Which place of the pool the connection has.
    let slot: Int
    let number: UInt64
}

/// What a task asks of the I/O thread.
struct CallRequest: Sendable {
    /// Unique within a client; `cancel` names it.
    let id: UInt64
    let work: CallWork
    let deadline: Deadline
    let waiter: CallWaiter
}

/// The kinds of work.
enum CallWork: Sendable {
    /// One group of statements, on whichever connection; ends with `.result`, `.results` or `.count`.
    case shared(StatementGroup)
    /// A connection for this caller alone; ends with `.lease`.
    case lease
    /// Something on a leased connection.
    case session(LeaseID, SessionWork)
}

/// What can be asked of a leased connection.
enum SessionWork: Sendable {
    /// Statements in pipeline mode.
    case statements(StatementGroup)
    /// A text of one or more statements without parameters; ends with `.count`.
    case script(String)
    /// Begins a row stream; ends with its first `.rows`.
    case beginRows(PostgresQuery)
    /// The next `.rows` of the stream.
    case nextRows
    /// Reads and drops what is left of the stream, after asking the server to stop when `cancels`; ends with `.count`.
    case endRows(cancels: Bool)
    /// Begins a COPY FROM STDIN; ends with `.copyBegan`.
    case beginCopyIn(String)
    /// Sends bytes of a COPY; ends with `.count` when the system has taken them.
    case copyIn([UInt8])
    /// Ends a COPY FROM STDIN, undoing it when there is a reason; ends with `.count`, of rows.
    case endCopyIn(failure: String?)
    /// Begins a COPY TO STDOUT; ends with `.copyBegan`.
    case beginCopyOut(String)
    /// The next `.copied` of the COPY.
    case nextCopyOut
    /// Reads and drops what is left of the COPY TO STDOUT, after asking the server to stop; ends with `.count`.
    case endCopyOut
    /// Waits until there is a notification; ends with `.notifications`.
    case notifications
}

import CPq
import ServerRuntime

/// Sole owner of a `PGconn`, in non-blocking mode; for the I/O thread.
///
/// Holds what is under way on the connection; `EngineThread` decides what that is.
final class PGConnection {
    /// What the connection does besides statements in pipeline mode.
    enum Activity {
        case pipeline
        /// A text of several statements; everything is read by the call.
        case script(PGCall, ScriptAnswer)
        case rows(RowStream)
        case copyIn(CopyInState)
        case copyOut(CopyOutState)
    }

    /// Who uses the connection.
    enum Use: Equatable {
        case shared
        case leased(number: UInt64)
        /// Given back, and being cleaned for the next user.
        case returning(resets: Bool)
    }

    let raw: OpaquePointer
    let slot: Int
    /// The number under which its socket is watched.
    let id: UInt64
    var use = Use.shared
    var activity = Activity.pipeline
    /// Groups of statements in the order in which they were sent.
    var inFlight = FIFO<PGCall>()
    /// Work of the user that waits until what is under way has ended.
    var pending = FIFO<PGCall>()
    var cache: PreparedCache
    /// A cancel request is on its way to the server.
    var isCancelling = false
    /// When a cancel request is due for the abandoned statement at the head.
    var cancelAt: Deadline?
    /// When the connection is given up if the abandoned statement at its head has not ended.
    var graceLimit: Deadline?
    /// Bytes that the answer at the head has brought so far, once it is long; see `answerBytesMax`.
    var headReads = 0
    var headBytes = 0
    var readableBefore: Int32 = 0
    var notifications: [PGNotification] = []
    var droppedNotifications = 0
    /// Who waits for a notification.
    var listener: PGCall?
    private var watched: Poller.Interest?
    var wantsToWrite = false
    /// Statements sent since the thread began to send; see `beginSending()`.
    var sentCount = 0
    /// The thread reads no more before there is room for what would come.
    var isReadingPaused = false

    /// Takes over a connection that is open or being opened.
    init(takingOwnershipOf raw: OpaquePointer, slot: Int, id: UInt64, preparedStatementsMax: Int) {
        self.raw = raw
        self.slot = slot
        self.id = id
        self.cache = PreparedCache(limit: preparedStatementsMax)
    }

    // Does not block: in non-blocking mode the farewell is sent only as far as the socket takes it.
    deinit {
        PQfinish(self.raw)
    }

    /// Whether a call can begin: nothing is under way, and no cancel request could strike it.
    var isQuiet: Bool {
        guard case .pipeline = self.activity else { return false }
        return self.inFlight.isEmpty && !self.isCancelling
    }

    /// Whether libpq still holds the connection for usable.
    var isOpen: Bool { PQstatus(self.raw) == CONNECTION_OK }

    /// Whether a transaction is open; libpq cannot tell while anything is in flight.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(self.raw)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Whether the user has it for himself.
    var isLeased: Bool {
        if case .leased = self.use { true } else { false }
    }

    /// Has the poller watch the socket for `interest`; returns whether the system complied.
    ///
    /// Asks the system each time: `PQconnectPoll` may have gone on to another address, and to a socket of the same number.
    func watch(_ poller: Poller, for interest: Poller.Interest) -> Bool {
        let socket = PQsocket(self.raw)
        guard socket >= 0 else { return false }
        self.watched = interest
        return poller.watch(socket, id: self.id, for: interest)
    }

    /// Has the poller watch the socket of an open connection for what that waits for.
    func watch(_ poller: Poller) -> Bool {
        var interest: Poller.Interest = self.isReadingPaused ? [] : .read
        if self.wantsToWrite { interest.insert(.write) }
        return interest == self.watched || self.watch(poller, for: interest)
    }

    /// Sends what libpq has buffered; returns `false` when the connection is broken.
    func flush() -> Bool {
        let code = PQflush(self.raw)
        self.wantsToWrite = code == 1
        return code >= 0
    }

    /// libpq's text about the last error, on one line.
    var message: String { Self.singleLine(String(cString: PQerrorMessage(self.raw))) }

    static func singleLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Takes what libpq has received on channels.
    func collectNotifications() {
        while let notify = PQnotifies(self.raw) {
            defer { PQfreemem(notify) }
            guard self.notifications.count < Self.notificationsMax else {
                self.droppedNotifications += 1
                continue
            }
            let value = notify.pointee
            self.notifications.append(
                PGNotification(
                    channel: value.relname.map { String(cString: $0) } ?? "",
                    payload: value.extra.map { String(cString: $0) } ?? "",
                    sender: value.be_pid
                )
            )
        }
    }

    /// Notifications that are kept for who does not fetch them; the next ones are dropped and counted.
    private static let notificationsMax = 10_000
}

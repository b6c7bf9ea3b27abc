/// A row stream on a connection, between the socket and its consumer.
final class RowStream {
    /// Rows and bytes that are kept for a consumer that is busy; then the socket is not read.
    private static let rowsMax = 256
    private static let bytesMax = 4 << 20

    private var rows: [PGResultHandle] = []
    private var bytes = 0
    var failure: PostgresError?
    /// The failure has been handed over.
    private(set) var isSpent = false
    /// The server has sent the last row.
    var isFinished = false
    /// What still comes is dropped.
    private(set) var isDropping = false
    /// The server is asked to stop, rather than to send all that is dropped.
    private(set) var cancelsDropping = false
    var isCancelRequested = false
    /// Who waits for rows, or for the end when dropping.
    var waiting: PGCall?

    init(waiting: PGCall) {
        self.waiting = waiting
        self.rows.reserveCapacity(Self.rowsMax)
    }

    var isFull: Bool { self.rows.count >= Self.rowsMax || self.bytes >= Self.bytesMax }

    /// Something to hand over, or to say.
    var hasNews: Bool { !self.rows.isEmpty || self.isFinished }

    func append(_ row: PGResultHandle) {
        guard !self.isDropping else { return }
        self.rows.append(row)
        self.bytes += row.memorySize
    }

    /// Takes what is there; the error, if any, comes behind the rows.
    func take() -> Result<RowBatch, PostgresError> {
        if let failure, self.rows.isEmpty {
            self.isSpent = true
            return .failure(failure)
        }
        defer {
            self.rows = []
            self.rows.reserveCapacity(Self.rowsMax)
            self.bytes = 0
        }
        return .success(RowBatch(results: self.rows, isLast: self.isFinished && self.failure == nil))
    }

    func drop(cancels: Bool) {
        self.isDropping = true
        self.cancelsDropping = cancels
        self.rows = []
        self.bytes = 0
    }
}

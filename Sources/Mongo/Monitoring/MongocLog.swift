import CMongoc
import Logging
import Synchronization

/// Where the messages of libmongoc go, which has one handler for the whole process.
enum MongocLog {
    private static let logger = Mutex<Logger?>(nil)
    private static let muted = Atomic(0)

    /// Sends the messages to `logger` from now on; that of the client made last counts.
    static func send(to logger: Logger) {
        self.logger.withLock { $0 = logger }
    }

    /// Drops all messages while `body` runs.
    ///
    /// For parsing connection strings: libmongoc may quote what it cannot parse, passwords too.
    static func whileMuted<Result>(_ body: () -> Result) -> Result {
        self.muted.add(1, ordering: .sequentiallyConsistent)
        defer { self.muted.subtract(1, ordering: .sequentiallyConsistent) }
        return body()
    }

    /// Writes a message, which libmongoc owns.
    static func write(_ level: Logger.Level, _ message: UnsafePointer<CChar>) {
        guard self.muted.load(ordering: .sequentiallyConsistent) == 0 else { return }
        guard let logger = self.logger.withLock({ $0 }), logger.logLevel <= level else { return }
        logger.log(level: level, "libmongoc", metadata: ["mongo.message": "\(String(cString: message))"])
    }

    /// Libraries leave warnings and errors to the application: what matters reaches the caller as an error.
    ///
    /// Warnings are frequent: one for each transaction that the server has aborted before the client does.
    static func level(_ level: mongoc_log_level_t) -> Logger.Level {
        switch level {
        case MONGOC_LOG_LEVEL_ERROR, MONGOC_LOG_LEVEL_CRITICAL: .info
        case MONGOC_LOG_LEVEL_WARNING, MONGOC_LOG_LEVEL_MESSAGE, MONGOC_LOG_LEVEL_INFO: .debug
        default: .trace
        }
    }
}

import NIOPosix

/// The files into which one event loop writes what happens.
final class LoadLogs {
    let sent: LogFile<SentRecord>
    let received: LogFile<ReceivedRecord>
    let sessions: LogFile<SessionRecord>

    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - number: the event loop's.
    ///   - writer: one thread for all files.
    /// - Throws: when a file cannot be made.
    init(folder: String, number: Int, writer: NIOThreadPool) throws {
        self.sent = try LogFile(folder: folder, number: number, writer: writer)
        self.received = try LogFile(folder: folder, number: number, writer: writer)
        self.sessions = try LogFile(folder: folder, number: number, writer: writer)
    }

    /// Closes all of them; see `LogFile.close()`.
    func close() -> [@Sendable () -> String?] {
        [self.sent.close(), self.received.close(), self.sessions.close()]
    }
}

/// What a user leaves behind on a leased connection.
///
/// Pure bookkeeping. A connection on which something is left, or may be, is closed when it is given back.
struct ConnectionHygiene {
    private var isWatching = false
    private var isInTransaction = false
    private var hasFailed = false

    var isClean: Bool { !self.isWatching && !self.isInTransaction && !self.hasFailed }

    /// A command goes out.
    mutating func sent(_ name: String) {
        switch name.uppercased() {
        case "WATCH": self.isWatching = true
        case "MULTI": self.isInTransaction = true
        default: break
        }
    }

    /// The reply to a command has come.
    ///
    /// Whatever it says: `EXEC` and `DISCARD` end the transaction and the watch also when they fail.
    mutating func answered(_ name: String) {
        switch name.uppercased() {
        case "EXEC", "DISCARD":
            self.isWatching = false
            self.isInTransaction = false
        case "UNWATCH":
            self.isWatching = false
        default:
            break
        }
    }

    /// A call ended without a reply, which may still come.
    mutating func failed() {
        self.hasFailed = true
    }
}

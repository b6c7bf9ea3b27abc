// The server takes whole milliseconds, and reads 0 as "for ever" in some places. So lengths of time are rounded up, and a
// wait is never shorter than the shortest that the server can do.

extension Duration {
    /// A time to live in milliseconds, rounded up, so that what is above zero stays above zero.
    ///
    /// What does not fit becomes a quarter of `Int64.max`, which leaves the server room to add its clock. Zero and less stay so: the server then removes the key (`PEXPIRE`) or refuses the command (`SET`).
    var lifetimeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let secondsMax = Int64.max / 4000
        guard -secondsMax < seconds, seconds < secondsMax else { return seconds < 0 ? Int64.min / 4 : Int64.max / 4 }
        let (quotient, remainder) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        return seconds * 1000 + quotient + (remainder > 0 ? 1 : 0)
    }

    /// A wait in milliseconds, rounded up, at least 1 and at most a hundred years.
    var waitMilliseconds: Int64 {
        min(max(1, self.lifetimeMilliseconds), RawCommand.unlimitedBlocking.components.seconds * 1000)
    }

    /// The same wait in seconds, as the blocking commands take it.
    var waitSeconds: RedisArgument {
        let milliseconds = self.waitMilliseconds
        guard !milliseconds.isMultiple(of: 1000) else { return .integer(milliseconds / 1000) }
        return .init(Double(milliseconds) / 1000)
    }
}

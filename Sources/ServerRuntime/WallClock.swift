import Glibc

/// The time of day, injected so that tests can set it.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// A clock that answers what `milliseconds` returns.
    ///
    /// - Parameter milliseconds: Unix time in milliseconds.
    public init(milliseconds: @escaping @Sendable () -> Int64) {
        self.read = milliseconds
    }

    /// The system's clock.
    public static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Unix time in milliseconds.
    public var milliseconds: Int64 {
        self.read()
    }

    /// Unix time in whole seconds.
    public var seconds: Int64 {
        self.read() / 1000
    }
}

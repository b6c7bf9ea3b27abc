import Glibc
import Synchronization

// As MongoDB's specification of object ids has it: four bytes of time, five random bytes that are chosen once for a
// process, and a counter of three bytes that begins anywhere. The bytes are those of the parent in a process that was
// forked without exec, which no Swift program does.
extension BSONObjectID {
    private static let processBytes = UInt64.random(in: 0..<(1 << 40))
    private static let counter = Atomic<UInt32>(.random(in: 0..<(1 << 24)))

    /// A new object id with the time of now, which no other call returns.
    public init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        self = Self.generate(secondsSince1970: UInt32(truncatingIfNeeded: now.tv_sec))
    }

    /// A new object id: the time in seconds, five random bytes of this process, and a counter.
    ///
    /// - Parameter secondsSince1970: the time to put in front.
    /// - Returns: an id that no other call returns, unless there are 2^24 of them within a second.
    public static func generate(secondsSince1970: UInt32) -> BSONObjectID {
        let count = self.counter.wrappingAdd(1, ordering: .relaxed).newValue & 0xFF_FFFF
        let random = self.processBytes
        return BSONObjectID(
            high: UInt64(secondsSince1970) << 32 | random >> 8,
            low: UInt32(truncatingIfNeeded: random & 0xFF) << 24 | count
        )
    }
}

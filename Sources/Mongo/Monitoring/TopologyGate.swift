import ServerRuntime
import Synchronization

/// Whether a server is known that can serve a call, as libmongoc's monitors see it; and where calls wait for one.
///
/// libmongoc has one limit for finding a server, set for a whole pool. Here a call waits until its own deadline, and stops
/// when it is told to. What passes the gate finds its server at once, save for rare races and read preferences that match
/// few members.
final class TopologyGate: Sendable {
    private static let readable: UInt8 = 1
    private static let writable: UInt8 = 2
    private static let shut: UInt8 = 4

    private let flags = Atomic<UInt8>(0)
    private let waiters = Atomic(0)
    private let changed = ThreadSignal()
    /// Counts the calls that began to wait.
    let asked = ThreadSignal()
    private let failure = Mutex<String?>(nil)

    /// Why the last look at a server failed.
    var lastFailure: String? {
        self.failure.withLock { $0 }
    }

    /// The monitors have seen a change.
    func update(hasReadable: Bool, hasWritable: Bool) {
        let new = (hasReadable ? Self.readable : 0) | (hasWritable ? Self.writable : 0)
        self.flags.bitwiseAnd(new | Self.shut, ordering: .acquiringAndReleasing)
        self.flags.bitwiseOr(new, ordering: .acquiringAndReleasing)
        if hasWritable {
            self.failure.withLock { $0 = nil }
        }
        self.wake()
    }

    /// A look at a server failed.
    func lookFailed(_ reason: String) {
        self.failure.withLock { $0 = reason }
    }

    /// The client ends: nobody waits any more.
    func close() {
        self.flags.bitwiseOr(Self.shut, ordering: .releasing)
        self.wake()
        self.asked.signal()
    }

    /// Lets those that wait look whether they still should.
    func wake() {
        if self.hasWaiters {
            self.changed.signal()
        }
    }

    var isShut: Bool {
        self.flags.load(ordering: .acquiring) & Self.shut != 0
    }

    var hasWaiters: Bool {
        self.waiters.load(ordering: .sequentiallyConsistent) > 0
    }

    func isOpen(for kind: MongoCallKind) -> Bool {
        let wanted = kind == .write ? Self.writable : Self.readable
        return self.flags.load(ordering: .acquiring) & wanted != 0
    }

    /// Blocks until a server is known.
    ///
    /// `isStopped` tells whether the call has ended meanwhile; it is asked after each `wake`.
    ///
    /// - Returns: `false` when none was known by `deadline`, or when the call was stopped.
    func wait(for kind: MongoCallKind, until deadline: Deadline, isStopped: () -> Bool) -> Bool {
        if self.isOpen(for: kind) { return true }
        self.waiters.add(1, ordering: .sequentiallyConsistent)
        defer { self.waiters.subtract(1, ordering: .sequentiallyConsistent) }
        self.asked.signal()
        while true {
            let count = self.changed.count
            if self.isOpen(for: kind) { return true }
            guard !self.isShut, !isStopped(), !deadline.hasPassed else { return false }
            self.changed.wait(past: count, until: deadline)
        }
    }
}

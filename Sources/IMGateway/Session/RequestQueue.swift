import NIOCore

/// The requests of one connection, handled strictly one after another.
///
/// At most `waitingMax` payloads wait, as they came and not decompressed, so that the memory of a connection is bounded by
/// `waitingMax` frames. When `hasRoom` turns false the connection stops reading its socket.
struct RequestQueue {
    private let waitingMax: Int
    private var waiting = CircularBuffer<[UInt8]>(initialCapacity: 0)
    /// Whether a request is being handled.
    private(set) var isBusy = false

    init(waitingMax: Int) {
        self.waitingMax = max(1, waitingMax)
    }

    var hasRoom: Bool { self.waiting.count < self.waitingMax }

    /// Adds a payload; only when there is room.
    mutating func append(_ payload: [UInt8]) {
        self.waiting.append(payload)
    }

    /// The next payload, which is being handled from now on; nil when there is none, or one is being handled already.
    mutating func begin() -> [UInt8]? {
        guard !self.isBusy, let payload = self.waiting.popFirst() else { return nil }
        self.isBusy = true
        return payload
    }

    /// The request that was being handled is answered.
    mutating func finish() {
        self.isBusy = false
    }

    /// Drops what waits.
    mutating func removeWaiting() {
        self.waiting.removeAll()
    }
}

import NIOCore

/// The order of requests and answers on one connection: no input or output.
///
/// Answers leave in the order of the requests, as the protocol demands. Requests are worked on one at a time, as brokers
/// do, except that produce requests may follow each other at once: so many of one connection share a sync.
struct RequestPipeline {
    /// A place in the row of requests.
    struct Slot: Equatable {
        let number: UInt64
    }

    private struct Entry {
        let frameBytes: Int
        let isProduce: Bool
        var reply: BrokerCall.Reply?
    }

    private let produceMax: Int
    private var waiting: CircularBuffer<ByteBuffer> = []
    private var running: CircularBuffer<Entry> = []
    /// The number of the first of `running`.
    private var firstNumber: UInt64 = 0

    /// - Parameter produceMax: how many produce requests are worked on at a time.
    init(produceMax: Int) {
        self.produceMax = max(1, produceMax)
    }

    /// Whether more requests should be read from the connection.
    var wantsMore: Bool {
        self.waiting.isEmpty
    }

    /// The bytes of all requests that are not answered.
    var bytes: Int {
        self.waiting.reduce(0) { $0 + $1.readableBytes } + self.running.reduce(0) { $0 + $1.frameBytes }
    }

    /// A request has come.
    mutating func received(_ frame: ByteBuffer) {
        self.waiting.append(frame)
    }

    /// The next request to work on; nil while it has to wait.
    mutating func next() -> (Slot, ByteBuffer)? {
        guard let frame = self.waiting.first else { return nil }
        let isProduce = frame.getInteger(at: frame.readerIndex, as: Int16.self) == APIKey.produce.rawValue
        guard
            self.running.isEmpty
                || (isProduce && self.running.count < self.produceMax && self.running.allSatisfy(\.isProduce))
        else { return nil }
        self.waiting.removeFirst()
        let slot = Slot(number: self.firstNumber + UInt64(self.running.count))
        self.running.append(Entry(frameBytes: frame.readableBytes, isProduce: isProduce))
        return (slot, frame)
    }

    /// The reply to a request is there.
    mutating func replied(_ slot: Slot, _ reply: BrokerCall.Reply) {
        guard slot.number >= self.firstNumber else { return }
        let index = Int(slot.number - self.firstNumber)
        guard index < self.running.count else { return }
        self.running[self.running.index(self.running.startIndex, offsetBy: index)].reply = reply
    }

    /// The next reply to send, with the length of its request; nil while it is not there.
    mutating func nextReply() -> (BrokerCall.Reply, frameBytes: Int)? {
        guard let first = self.running.first, let reply = first.reply else { return nil }
        self.running.removeFirst()
        self.firstNumber += 1
        return (reply, first.frameBytes)
    }
}

/// A sender's messages that have no final answer yet, in the order of their numbers.
///
/// Answers come in the order of requests but for lost connections, so a search ends at the first one nearly always.
struct Unanswered {
    /// One message.
    struct Message: Equatable {
        let number: UInt32
        /// When it was due, `MonotonicTime`.
        let due: Int64
        /// The client's time, the same in every try.
        let createTime: Int64
        /// When it was sent first; 0: it has not been.
        var sentAt: Int64 = 0
        var tries: UInt32 = 0
        /// When it was sent last; 0: it waits to be sent.
        var underWaySince: Int64 = 0
    }

    private var messages: [Message] = []
    /// What lies before has been taken out.
    private var head = 0

    var count: Int { self.messages.count - self.head }

    /// All of them, in order.
    var all: ArraySlice<Message> { self.messages[self.head...] }

    /// The oldest one.
    var first: Message? { self.head < self.messages.count ? self.messages[self.head] : nil }

    mutating func append(_ message: Message) {
        self.messages.append(message)
    }

    /// Takes out the message with a number; nil when it is not here.
    mutating func remove(_ number: UInt32) -> Message? {
        guard let index = self.messages[self.head...].firstIndex(where: { $0.number == number }) else { return nil }
        guard index > self.head else {
            defer { self.dropHead() }
            return self.messages[index]
        }
        return self.messages.remove(at: index)
    }

    /// Lets `body` change each message, in order.
    mutating func updateAll(_ body: (inout Message) -> Void) {
        for index in self.head..<self.messages.count { body(&self.messages[index]) }
    }

    /// Lets `body` change the message with a number.
    mutating func update(_ number: UInt32, _ body: (inout Message) -> Void) {
        guard let index = self.messages[self.head...].firstIndex(where: { $0.number == number }) else { return }
        body(&self.messages[index])
    }

    private mutating func dropHead() {
        self.head += 1
        guard self.head >= 64, self.head * 2 >= self.messages.count else { return }
        self.messages.removeFirst(self.head)
        self.head = 0
    }
}

/// A queue on a ring buffer: both ends in constant time, without moving the rest.
struct FIFO<Element> {
    fileprivate var slots: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { self.count == 0 }

    var first: Element? { self.isEmpty ? nil : self.slots[self.head] }

    /// The element that was appended last.
    var last: Element? { self.isEmpty ? nil : self.slots[self.slot(self.count - 1)] }

    mutating func append(_ element: Element) {
        if self.count == self.slots.count { self.grow() }
        self.slots[self.slot(self.count)] = element
        self.count += 1
    }

    /// Puts `element` before all others.
    mutating func prepend(_ element: Element) {
        if self.count == self.slots.count { self.grow() }
        self.head = self.slot(self.slots.count - 1)
        self.slots[self.head] = element
        self.count += 1
    }

    @discardableResult mutating func popFirst() -> Element? {
        guard !self.isEmpty else { return nil }
        let element = self.slots[self.head].take()
        self.head = self.slot(1)
        self.count -= 1
        return element
    }

    /// Takes the element away that was appended last.
    @discardableResult mutating func popLast() -> Element? {
        guard !self.isEmpty else { return nil }
        self.count -= 1
        return self.slots[self.slot(self.count)].take()
    }

    /// Keeps the elements for which `isKept` holds, in their order.
    mutating func filterInPlace(_ isKept: (Element) -> Bool) {
        for _ in 0..<self.count {
            guard let element = self.popFirst() else { return }
            if isKept(element) { self.append(element) }
        }
    }

    fileprivate func slot(_ offset: Int) -> Int {
        (self.head + offset) & (self.slots.count - 1)
    }

    /// Doubles the ring; its size stays a power of two.
    private mutating func grow() {
        var larger: [Element?] = []
        let size = Swift.max(16, self.slots.count * 2)
        larger.reserveCapacity(size)
        for offset in 0..<self.count { larger.append(self.slots[self.slot(offset)]) }
        larger.append(contentsOf: repeatElement(nil, count: size - larger.count))
        self.slots = larger
        self.head = 0
    }
}

extension FIFO: Sequence {
    /// Goes through the elements from the first to the last.
    struct Iterator: IteratorProtocol {
        fileprivate let queue: FIFO
        fileprivate var offset = 0

        mutating func next() -> Element? {
            guard self.offset < self.queue.count else { return nil }
            defer { self.offset += 1 }
            return self.queue.slots[self.queue.slot(self.offset)]
        }
    }

    func makeIterator() -> Iterator {
        Iterator(queue: self)
    }
}

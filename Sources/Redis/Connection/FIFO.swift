/// A queue on a ring buffer: append and removal of the first element in constant time, without moving the rest.
struct FIFO<Element: Sendable>: Sendable {
    private var slots: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { self.count == 0 }

    var first: Element? { self.isEmpty ? nil : self.slots[self.head] }

    /// The element at `offset` from the first; the offset must lie below `count`.
    subscript(offset: Int) -> Element {
        get {
            guard offset < self.count, let element = self.slots[self.slot(offset)] else {
                preconditionFailure("offset \(offset) of a queue of \(self.count)")
            }
            return element
        }
        set {
            precondition(offset < self.count, "offset \(offset) of a queue of \(self.count)")
            self.slots[self.slot(offset)] = newValue
        }
    }

    mutating func append(_ element: Element) {
        if self.count == self.slots.count { self.grow() }
        self.slots[self.slot(self.count)] = element
        self.count += 1
    }

    mutating func popFirst() -> Element? {
        guard !self.isEmpty else { return nil }
        let element = self.slots[self.head].take()
        self.head = self.slot(1)
        self.count -= 1
        return element
    }

    /// Changes the first element in place.
    mutating func updateFirst(_ body: (inout Element) -> Void) {
        guard !self.isEmpty else { return }
        // Taken out for the change, so that an array inside it is not copied.
        guard var element = self.slots[self.head].take() else { return }
        body(&element)
        self.slots[self.head] = element
    }

    /// Keeps the elements for which `isKept` holds, in their order.
    mutating func filterInPlace(_ isKept: (Element) -> Bool) {
        for _ in 0..<self.count {
            guard let element = self.popFirst() else { return }
            if isKept(element) { self.append(element) }
        }
    }

    private func slot(_ offset: Int) -> Int {
        (self.head + offset) & (self.slots.count - 1)
    }

    /// Doubles the ring; its size stays a power of two.
    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(16, self.slots.count * 2))
        for offset in 0..<self.count { larger.append(self.slots[self.slot(offset)]) }
        larger.append(contentsOf: repeatElement(nil, count: max(16, self.slots.count * 2) - larger.count))
        self.slots = larger
        self.head = 0
    }
}

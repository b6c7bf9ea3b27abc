/// A queue in order of arrival; both ends cost a constant on average.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int {
        self.elements.count - self.head
    }

    var isEmpty: Bool {
        self.head == self.elements.count
    }

    mutating func append(_ element: Element) {
        if self.head > 32, self.head * 2 > self.elements.count {
            self.elements.removeFirst(self.head)
            self.head = 0
        }
        self.elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard self.head < self.elements.count else { return nil }
        let element = self.elements[self.head]
        self.elements[self.head] = nil
        self.head += 1
        if self.head == self.elements.count {
            self.elements.removeAll(keepingCapacity: true)
            self.head = 0
        }
        return element
    }

    /// Takes out all that `isLeaving` says, in order.
    mutating func remove(where isLeaving: (Element) -> Bool) -> [Element] {
        let all = self.elements[self.head...].compactMap { $0 }
        self.elements = all.filter { !isLeaving($0) }
        self.head = 0
        return all.filter(isLeaving)
    }

    /// All elements in order, which stay.
    var all: [Element] {
        self.elements[self.head...].compactMap { $0 }
    }
}

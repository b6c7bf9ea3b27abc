/// Waiters in order of arrival, each of which can also leave from the middle.
struct WaiterQueue<Waiter> {
    private var waiters: [UInt64: Waiter] = [:]
    /// Ids in order; those of waiters that left are skipped, and dropped by `compact`.
    private var order: [UInt64] = []
    private var head = 0

    var count: Int {
        self.waiters.count
    }

    var isEmpty: Bool {
        self.waiters.isEmpty
    }

    mutating func append(_ waiter: Waiter, id: UInt64) {
        self.compact()
        self.waiters[id] = waiter
        self.order.append(id)
    }

    mutating func removeFirst() -> Waiter? {
        while self.head < self.order.count {
            let id = self.order[self.head]
            self.head += 1
            if let waiter = self.waiters.removeValue(forKey: id) { return waiter }
        }
        return nil
    }

    mutating func remove(_ id: UInt64) -> Waiter? {
        self.waiters.removeValue(forKey: id)
    }

    /// Removes all that satisfy `condition`, in order of arrival.
    mutating func removeAll(where condition: (Waiter) -> Bool) -> [Waiter] {
        var removed: [Waiter] = []
        for id in self.order[self.head...] {
            guard let waiter = self.waiters[id], condition(waiter) else { continue }
            self.waiters[id] = nil
            removed.append(waiter)
        }
        return removed
    }

    func contains(where condition: (Waiter) -> Bool) -> Bool {
        self.waiters.values.contains(where: condition)
    }

    func map<Value>(_ transform: (Waiter) -> Value) -> [Value] {
        self.waiters.values.map(transform)
    }

    /// Keeps `order` within twice the number of waiters, at a constant cost per `append` on average.
    private mutating func compact() {
        guard self.order.count > 64, self.order.count > 2 * self.waiters.count else { return }
        self.order = self.order[self.head...].filter { self.waiters[$0] != nil }
        self.head = 0
    }
}

import CMongoc

/// A place for one client of the pool, which is made when it is first needed and kept until the end.
///
/// `raw` belongs to the thread that runs the slot's job. The engine gives a slot one job at a time, and hands jobs over
/// under its lock: hence unchecked.
final class ClientSlot: @unchecked Sendable {
    let index: Int
    let control = StreamControl()
    private(set) var raw: OpaquePointer?

    init(index: Int) {
        self.index = index
    }

    /// Makes the client; `nil` when the pool has none left.
    func fill(from pool: MongocPool) -> OpaquePointer? {
        self.raw = pool.pop(self.control)
        return self.raw
    }

    /// Gives the client back to the pool, for the pool's end.
    func empty(into pool: MongocPool) {
        guard let raw = self.raw else { return }
        pool.push(raw)
        self.raw = nil
    }
}

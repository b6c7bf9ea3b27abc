/// Puts the parts that `redisReader` reports, depth first, together into one `RedisValue`.
///
/// It keeps its own stack, so that nothing Swift owns hangs on the untyped pointers of the C reader.
struct ReplyBuilder {
    private struct Frame {
        var missing: Int
        var values: [RedisValue]
    }

    /// An announced length is reserved up to here only; it is a claim of the other side until the elements come.
    private static let reservedElementsMax = 4096

    private var frames: [Frame] = []
    private var finished: RedisValue?

    /// The reply, if it is complete; the builder is then empty again.
    mutating func take() -> RedisValue? {
        defer { self.finished = nil }
        return self.finished
    }

    /// An array of `count` elements begins.
    mutating func beginArray(count: Int) {
        guard count > 0 else { return self.append(.array([])) }
        var values: [RedisValue] = []
        values.reserveCapacity(min(count, Self.reservedElementsMax))
        self.frames.append(Frame(missing: count, values: values))
    }

    /// A value without elements; it may complete the arrays around it.
    mutating func append(_ value: RedisValue) {
        var value = value
        while !self.frames.isEmpty {
            // In place: taking the frame out would copy its reference twice for each element.
            let last = self.frames.count - 1
            self.frames[last].values.append(value)
            self.frames[last].missing -= 1
            guard self.frames[last].missing == 0 else { return }
            value = .array(self.frames.removeLast().values)
        }
        self.finished = value
    }
}

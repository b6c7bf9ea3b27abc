import Glibc

/// Bytes that were received and not read yet, so that a reply costs one system call and not one for its length first.
///
/// Its owner, a stream, is used by one thread at a time.
struct ReadBuffer: ~Copyable {
    static let capacity = 16_384
    private let memory = UnsafeMutableRawPointer.allocate(byteCount: ReadBuffer.capacity, alignment: 16)
    private var start = 0
    private var end = 0

    deinit {
        self.memory.deallocate()
    }

    var count: Int {
        self.end - self.start
    }

    /// Moves up to `count` bytes to `target`.
    mutating func take(_ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let taken = min(count, self.end - self.start)
        guard taken > 0 else { return 0 }
        target.copyMemory(from: self.memory + self.start, byteCount: taken)
        self.start += taken
        return taken
    }

    /// Reads until `target` has at least `least` bytes, at least one.
    ///
    /// `receive` fills memory of that size; it returns the number of bytes, 0 at the end, -1 with `errno`.
    ///
    /// - Returns: how many bytes; fewer than `least` at the end of the stream; -1 when `receive` failed.
    mutating func read(
        _ target: UnsafeMutableRawPointer,
        _ count: Int,
        atLeast least: Int,
        _ receive: (UnsafeMutableRawPointer, Int) -> Int
    ) -> Int {
        var done = self.take(target, count)
        while done < max(1, min(least, count)) {
            let rest = count - done
            // What is larger than the buffer goes to where it is wanted.
            let isDirect = rest >= Self.capacity
            let result = isDirect ? receive(target + done, rest) : receive(self.memory, Self.capacity)
            guard result > 0 else { return result < 0 && done < max(1, least) ? -1 : done }
            if isDirect {
                done += result
            } else {
                (self.start, self.end) = (0, result)
                done += self.take(target + done, rest)
            }
        }
        return done
    }
}

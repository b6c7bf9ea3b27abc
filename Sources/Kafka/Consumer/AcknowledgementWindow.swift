/// Which of the records that were handed on are finished, as one value without I/O.
///
/// Records are handed on in order and acknowledged in any order; what may be committed is the end of the longest run
/// of finished ones from the beginning.
struct AcknowledgementWindow {
    /// Handed-on offsets that are not yet part of the finished run, rising, from `head` on.
    private var offsets: [Int64] = []
    private var isAcknowledged: [Bool] = []
    private var head = 0
    private var acknowledgedBehindHead = 0
    /// The offset behind the finished run; `nil` before the first record of it.
    private var finishedEnd: Int64?
    /// What the group has taken last.
    private var committedEnd: Int64?
    private var underWay: Int64?
    /// Records of the finished run since a commit was taken out.
    private(set) var finishedSinceCommit = 0

    /// Records that were handed on and are not acknowledged.
    var unacknowledged: Int {
        self.offsets.count - self.head - self.acknowledgedBehindHead
    }

    /// Records that the window has to remember: those behind the first that is not acknowledged count, too.
    var width: Int {
        self.offsets.count - self.head
    }

    /// The position that a commit may name: one more than the last record of the finished run.
    var end: Int64? {
        self.finishedEnd
    }

    /// Whether a commit is due or has not been answered.
    var isCommitted: Bool {
        self.underWay == nil && self.finishedEnd == self.committedEnd
    }

    /// Notes records that are handed on.
    mutating func handOn(_ new: some Sequence<Int64>) {
        for offset in new {
            // The log was reset to an earlier place: what came before stands in it no more.
            if let last = self.offsets.last, offset <= last { self.reset() }
            self.offsets.append(offset)
            self.isAcknowledged.append(false)
        }
    }

    /// Notes that a record is finished.
    ///
    /// One that was not handed on, or was acknowledged before, changes nothing.
    mutating func acknowledge(_ offset: Int64) {
        guard let index = self.index(of: offset), self.offsets[index] == offset, !self.isAcknowledged[index] else {
            return
        }
        self.isAcknowledged[index] = true
        self.acknowledgedBehindHead += 1
        self.advance()
    }

    /// Notes that all records below `next` are finished.
    mutating func acknowledge(below next: Int64) {
        var index = self.head
        while index < self.offsets.count, self.offsets[index] < next {
            if !self.isAcknowledged[index] {
                self.isAcknowledged[index] = true
                self.acknowledgedBehindHead += 1
            }
            index += 1
        }
        self.advance()
    }

    /// Takes the position to commit out, unless there is none or one is under way.
    mutating func takeCommit() -> Int64? {
        guard self.underWay == nil, let end = self.finishedEnd, end != self.committedEnd else { return nil }
        self.underWay = end
        self.finishedSinceCommit = 0
        return end
    }

    /// Notes how the commit that was taken out has ended; one from before `reset()` changes nothing.
    mutating func settle(_ next: Int64, isCommitted: Bool) {
        guard self.underWay == next else { return }
        if isCommitted { self.committedEnd = next }
        self.underWay = nil
    }

    /// Notes that the group has this position without a commit of the window's.
    mutating func noteCommitted(_ next: Int64) {
        if self.finishedEnd == next { self.committedEnd = next }
    }

    /// Forgets everything: records are handed on from another place.
    mutating func reset() {
        self = AcknowledgementWindow()
    }

    private func index(of offset: Int64) -> Int? {
        var low = self.head
        var high = self.offsets.count
        while low < high {
            let middle = low + (high - low) / 2
            if self.offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low < self.offsets.count ? low : nil
    }

    private mutating func advance() {
        let former = self.head
        while self.head < self.offsets.count, self.isAcknowledged[self.head] {
            self.finishedEnd = self.offsets[self.head] + 1
            self.head += 1
        }
        self.acknowledgedBehindHead -= self.head - former
        self.finishedSinceCommit += self.head - former
        // Moving the rest down costs as much as what was passed since the last time, so it is cheap for each record.
        guard self.head > 1024, self.head * 2 > self.offsets.count else { return }
        self.offsets.removeFirst(self.head)
        self.isAcknowledged.removeFirst(self.head)
        self.head = 0
    }
}

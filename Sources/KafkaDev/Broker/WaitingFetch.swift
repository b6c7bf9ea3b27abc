import NIOCore

/// A fetch that found too little and waits for more.
///
/// Belongs to the broker's loop.
final class WaitingFetch {
    private var bytesMissing: Int64
    private let partitions: [Partition]
    private var answer: (() -> Void)?
    private var timer: Scheduled<Void>?

    /// A fetch that is answered by `answer`, once: when so many bytes have arrived, or after `time`.
    init(
        bytesMissing: Int64,
        partitions: [Partition],
        time: TimeAmount,
        loop: any EventLoop,
        answer: @escaping () -> Void
    ) {
        self.bytesMissing = bytesMissing
        self.partitions = partitions
        self.answer = answer
        for partition in partitions { partition.add(self) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        self.timer = loop.scheduleTask(in: time) { bound.value.end() }
    }

    /// More can be read.
    func arrived(_ bytes: Int64) {
        self.bytesMissing = self.bytesMissing.subtractingReportingOverflow(bytes).partialValue
        if self.bytesMissing <= 0 { self.end() }
    }

    /// Answers now.
    func end() {
        guard let answer = self.forget() else { return }
        answer()
    }

    /// Never answers: the client is gone.
    @discardableResult
    func forget() -> (() -> Void)? {
        self.timer?.cancel()
        self.timer = nil
        for partition in self.partitions { partition.remove(self) }
        let answer = self.answer
        self.answer = nil
        return answer
    }
}

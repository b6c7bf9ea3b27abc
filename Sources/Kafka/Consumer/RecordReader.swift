import Synchronization

/// A mailbox between a client's thread and one reading task.
final class RecordReader: Sendable {
    private struct State {
        var mailbox: RecordMailbox
        var lastID: UInt64 = 0
        /// Whether the client's thread has found no room for what it has.
        var isRoomWanted = false
    }

    private let state: Mutex<State>
    private let wake: WakeDescriptor

    /// Creates the mailbox.
    ///
    /// - Parameters:
    ///   - recordsMax: the most records of a batch.
    ///   - bytesMax: the most bytes of a batch.
    ///   - wake: woken when the mailbox has room again after it had none.
    init(recordsMax: Int, bytesMax: Int, wake: WakeDescriptor) {
        self.state = Mutex(State(mailbox: RecordMailbox(recordsMax: recordsMax, bytesMax: bytesMax)))
        self.wake = wake
    }

    /// Takes out what is in the mailbox to fill it up, for the client's thread when it has records; `append` gives it
    /// back.
    ///
    /// - Returns: what is there, and how much more fits in; `nil` without room, and then the thread is woken as soon as
    ///   there is some.
    func takeForFilling() -> (chunk: RecordChunk, room: RecordMailbox.Room)? {
        self.state.withLock { state in
            let room = state.mailbox.room
            state.isRoomWanted = room.isEmpty
            return room.isEmpty ? nil : (state.mailbox.takeForFilling(), room)
        }
    }

    /// Records that wait in the mailbox.
    var count: Int {
        self.state.withLock { $0.mailbox.count }
    }

    /// Puts records in behind those that are there.
    func append(_ chunk: RecordChunk) {
        self.state.withLock { $0.mailbox.append(chunk) }?.run()
    }

    /// Ends the mailbox after what is in it.
    func finish(_ error: KafkaError?) {
        self.state.withLock { $0.mailbox.finish(error) }?.run()
    }

    /// Ends the mailbox at once.
    func end() {
        self.state.withLock { $0.mailbox.end() }?.run()
    }

    /// Drops what is in the mailbox.
    func reset() {
        self.state.withLock { $0.mailbox.reset() }
    }

    /// The next batch; `nil` at the end.
    ///
    /// Suspends until there is a record.
    ///
    /// - Throws: the error that ended the mailbox; `.cancelled`; `.invalidArgument` when another call waits.
    func next() async throws(KafkaError) -> [KafkaRecord]? {
        let (ready, id) = self.state.withLock { state in
            state.lastID += 1
            return (state.mailbox.take(), state.lastID)
        }
        let outcome: RecordMailbox.Outcome
        if let ready { outcome = ready } else { outcome = await self.wait(id) }
        let isRoomWanted = self.state.withLock { state in
            defer { state.isRoomWanted = false }
            return state.isRoomWanted
        }
        // librdkafka tells only of queues that were empty.
        if isRoomWanted { self.wake.wake() }
        return try outcome.get()
    }

    private func wait(_ id: UInt64) async -> RecordMailbox.Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: RecordMailbox.Waiter) in
                let outcome = self.state.withLock { state in
                    if let outcome = state.mailbox.take() { return outcome as RecordMailbox.Outcome? }
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    return state.mailbox.wait(id: id, waiter) ? nil : .failure(Self.overlapping)
                }
                if let outcome { waiter.resume(returning: outcome) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.mailbox.cancel(id: id) }
            waiter?.resume(returning: .failure(Self.cancelled))
        }
    }

    private static let cancelled = KafkaError(.cancelled, "cancelled while waiting for records")
    private static let overlapping = KafkaError(.invalidArgument, "another call waits for the next batch already")
}

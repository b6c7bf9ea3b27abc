import ServerRuntime
import Synchronization

/// Finding the master, and noticing that it is another one.
extension SentinelRouter {
    /// How often one round is repeated at once because the server that it named is no master.
    private static var roundsMax: Int { 3 }

    /// Follows the master until the surrounding task is cancelled; may be called once.
    ///
    /// When this returns the last node is closed, and calls fail with `.closed`.
    ///
    /// - Throws: `.alreadyRunning`.
    func run() async throws(RedisError) {
        let started = self.state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        guard started else { throw RedisError(.alreadyRunning, "run() may be called once") }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchSentinels() }
            await self.checkRegularly()
            await group.waitForAll()
        }
        self.close()
    }

    /// Closes the node, and fails calls with `.closed` from now on; only for a router whose `run()` was never called.
    ///
    /// `run()` does this at its end.
    func close() {
        let (master, waiters) = self.state.withLock { state in
            state.phase = .closed
            defer { state.master = nil }
            return (state.master, state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        master?.node.close()
    }

    // MARK: - Asking

    private func checkRegularly() async {
        while !Task.isCancelled {
            await self.check()
            let isSettled = self.state.withLock { $0.isSettled }
            let interval = isSettled ? self.options.checkInterval : self.options.searchInterval
            let now = self.clock.now()
            // Throws when the task is cancelled, which ends the loop anyway.
            try? await self.clock.sleep(now.advanced(by: self.options.checkSpacing))
            await self.signal.wait(until: now.advanced(by: self.clock.jittered(interval)), clock: self.clock)
        }
    }

    /// Asks for the master; asks once more, others too, when what was named proves not to be one.
    private func check() async {
        var suspects = self.state.withLock { state -> Set<RedisEndpoint> in
            guard let master = state.master, master.isDoubtful else { return [] }
            return [master.address]
        }
        for _ in 0..<Self.roundsMax where !Task.isCancelled {
            switch await self.search(suspects) {
            case .failed(let error):
                self.noteFailure(error)
                _ = await self.verify()
                return
            case .found(let candidate):
                let isNew = self.follow(candidate)
                if await self.verify() || !isNew { return }
                suspects.insert(candidate.address)
            }
        }
    }

    private func search(_ suspects: Set<RedisEndpoint>) async -> MasterSearch.Result {
        var search = self.state.withLock { state in
            MasterSearch(
                masterName: self.options.masterName,
                sentinels: state.directory.sentinels,
                suspects: suspects,
                epochKnown: state.epoch
            )
        }
        let questions = SentinelAnswer.questions(about: self.options.masterName)
        while let sentinel = search.next {
            let deadline = Deadline(self.clock.now().advanced(by: self.options.askTimeout))
            do throws(RedisError) {
                let replies = try await self.access.ask(sentinel, questions, deadline: deadline)
                search.answered(SentinelAnswer(replies: replies))
            } catch {
                search.failed(error)
            }
            if Task.isCancelled { break }
        }
        return search.result
    }

    /// Makes a node if the address is new; returns whether it is.
    private func follow(_ candidate: MasterSearch.Candidate) -> Bool {
        let generation = self.state.withLock { state -> Int? in
            state.directory.answered(candidate.sentinel, others: candidate.others)
            if let epoch = candidate.epoch { state.epoch = epoch }
            guard state.master?.address != candidate.address else { return nil }
            state.generationLast += 1
            return state.generationLast
        }
        guard let generation else { return false }
        let node = self.makeNode(candidate.address) { [weak self] in self?.doubt(generation: generation) }
        let (old, waiters) = self.state.withLock { state in
            let old = state.master
            state.master = State.Master(node: node, address: candidate.address, generation: generation)
            state.failure = nil
            return (old, state.takeWaiters())
        }
        // Closed only now that it is replaced: what it gives back unsent goes to the new one.
        old?.node.close()
        for waiter in waiters { waiter.resume() }
        return true
    }

    /// Asks a doubtful master for its role; returns whether nothing speaks against it.
    private func verify() async -> Bool {
        guard let master = self.state.withLock({ $0.master }) else { return false }
        guard master.isDoubtful else { return true }
        let deadline = Deadline(self.clock.now().advanced(by: self.options.verifyTimeout))
        do throws(RedisError) {
            let reply = try await master.node.perform(RawCommand("ROLE"), deadline: deadline)
            guard Self.isMaster(reply) else { return false }
        } catch {
            // Callers learn the reason from their own calls to this node.
            return false
        }
        let waiters = self.state.withLock { state in
            state.verified(generation: master.generation)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
        return true
    }

    /// A user without the right to ask is none the wiser, so its calls decide.
    private static func isMaster(_ reply: RedisValue) -> Bool {
        switch reply {
        case .array(let parts): parts.first == .string(Array("master".utf8))
        case .error(let text): RedisServerErrorText.name(of: text) == "NOPERM"
        case .null, .integer, .string, .status: false
        }
    }

    private func noteFailure(_ error: RedisError) {
        let waiters = self.state.withLock { state -> [State.Waiter] in
            state.failure = error
            return state.master == nil && error.code == .handshakeRefused ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: - Listening

    /// Listens to one sentinel after the other, each as long as it can be heard.
    private func watchSentinels() async {
        var generator = self.clock.generator
        var position = 0
        var failures = 0
        while !Task.isCancelled {
            let sentinels = self.state.withLock { $0.directory.sentinels }
            let begin = self.clock.now()
            if !sentinels.isEmpty {
                let sentinel = sentinels[position % sentinels.count]
                do throws(RedisError) {
                    try await self.access.watch(sentinel, channel: SwitchMasterMessage.channel) { [weak self] event in
                        self?.heard(event, from: sentinel)
                    }
                } catch {
                    // The questions tell which sentinels cannot be reached, and why.
                    position += 1
                }
            }
            let lasted = begin.duration(to: self.clock.now())
            failures = lasted > self.options.searchInterval ? 1 : failures + 1
            let delay = self.options.retry.delay(attempt: failures, using: &generator)
            // Throws when the task is cancelled, which ends the loop anyway.
            try? await self.clock.sleep(self.clock.now().advanced(by: delay))
        }
    }

    private func heard(_ event: RedisSubscriptionEvent, from sentinel: RedisEndpoint) {
        if case .message(_, _, let payload) = event {
            guard let message = SwitchMasterMessage(payload), message.masterName == self.options.masterName else {
                return
            }
            self.state.withLock { $0.directory.prefer(sentinel) }
        }
        self.signal.raise()
    }
}

import Synchronization

extension LocalCache {
    /// What `get` does when there is no value at hand.
    @usableFromInline
    nonisolated(nonsending) func join(
        _ name: String,
        _ parents: [String],
        _ load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard parents.count <= self.options.linksMax else {
            throw LocalCacheError(.invalidArgument, "an entry is linked to more than \(self.options.linksMax) names")
        }
        let key = LocalCacheKey(name)
        while true {
            let flight: LocalCacheFlight<Value>
            switch self.enter(key, parents, LocalCacheLoad()) {
            case .found(.value(let value)): return value
            case .found(.failure(let error)): throw error
            case .found(.absent): continue
            case .running(let other):
                guard self.board(other) else { continue }
                flight = other
            case .begun(let new):
                self.begin(new, load)
                flight = new
            }
            switch try await self.outcome(of: flight) {
            case .value(let value): return value
            case .failure(let error): throw error
            // A batch that was to load it has nothing for this key: that is for this caller's own loader to say.
            case .absent: continue
            }
        }
    }

    func enter(
        _ key: LocalCacheKey,
        _ parents: [String],
        _ load: LocalCacheLoad
    ) -> LocalCacheSlotState<Value>.Entry {
        let now = self.clock.now
        return self.change(key) { state, removal in state.enter(key, parents, load, now, &removal) }
    }

    /// Joins a load that was found; `false` when it has just been given up, and is out of the way.
    func board(_ flight: LocalCacheFlight<Value>) -> Bool {
        if flight.join() { return true }
        self.slot(flight.key).state.withLock { $0.forget(flight) }
        return false
    }

    /// Waits for a load that was joined; a caller who is cancelled leaves it.
    nonisolated(nonsending) func outcome(of flight: LocalCacheFlight<Value>) async throws -> LocalCacheOutcome<Value> {
        if let outcome = await flight.wait() { return outcome }
        self.leave(flight)
        throw CancellationError()
    }

    /// Goes without the outcome of a load that was joined.
    func leave(_ flight: LocalCacheFlight<Value>) {
        guard flight.leave() else { return }
        self.slot(flight.key).state.withLock { $0.forget(flight) }
        flight.load.abandonedOne()
    }

    private func begin(
        _ flight: LocalCacheFlight<Value>,
        _ load: @escaping @Sendable () async throws -> Value
    ) {
        self.ownCounts.withLock { $0.loads &+= 1 }
        self.link(flight.key, flight.links)
        let task = Task {
            do {
                self.land(flight, .value(try await load()))
            } catch {
                self.land(flight, .failure(error))
            }
        }
        flight.load.began(task)
    }

    /// Ends a load: keeps its outcome unless it was detached or is not worth it, then tells those who wait.
    func land(_ flight: LocalCacheFlight<Value>, _ outcome: LocalCacheOutcome<Value>, isKept: Bool = true) {
        var lifetime: Int64 = 0
        switch outcome {
        case .value: lifetime = self.successLifetime
        case .failure(let error): lifetime = error is CancellationError ? 0 : self.failureLifetime
        case .absent: break
        }
        let now = self.clock.now
        let isLinked = self.change(flight.key) { state, removal in
            // Asked under the lock: whoever ends the keeping empties the slots after that.
            let isKept = isKept && lifetime > 0 && self.isKeeping.load(ordering: .acquiring)
            let expiry = isKept ? now + lifetime : nil
            return state.land(flight, outcome, expiry: expiry, &removal) && isKept
        }
        if !isLinked { self.unlink(flight.key, flight.links) }
        flight.finish(outcome)
    }
}

import Synchronization

extension LocalCache {
    /// The values of many keys: those that are kept, and those of at most one call of `load`.
    ///
    /// Keys that somebody else is loading are waited for; all others are given to `load` together. Keys that the loader's
    /// reply does not have are missing in the result and are not kept. If one key fails (an error is kept for it, or the
    /// load that it was waiting for throws), the whole call throws that error, because a result without the key would say
    /// that there is nothing. An error of `load` reaches everyone who waits for one of its keys, and is not kept.
    ///
    /// - Parameters:
    ///   - ids: what is asked for; repeated ones count once.
    ///   - key: the key of an id.
    ///   - load: runs in a task of its own, with ids that are neither kept nor under way. It is cancelled when nobody waits
    ///     for any of them any more.
    /// - Returns: the values by id.
    /// - Throws: what a loader has thrown; `CancellationError` when the calling task is cancelled.
    nonisolated(nonsending) public func getBatch<ID: Hashable & Sendable>(
        _ ids: [ID],
        key: (ID) -> String,
        load: @escaping @Sendable ([ID]) async throws -> [ID: Value]
    ) async throws -> [ID: Value] {
        var values: [ID: Value] = [:]
        var missing: [ID] = []
        for id in Set(ids) {
            if let value = self.kept(key(id)) { values[id] = value } else { missing.append(id) }
        }
        guard !missing.isEmpty else { return values }
        var waiting = try self.boardAll(missing, key, load, &values)
        do {
            // One after the other: each is under way by itself.
            while let (id, flight) = waiting.popLast() {
                switch try await self.outcome(of: flight) {
                case .value(let value): values[id] = value
                case .failure(let error): throw error
                case .absent: break
                }
            }
        } catch {
            for (_, flight) in waiting { self.leave(flight) }
            throw error
        }
        return values
    }

    /// Joins the loads of all keys and begins that of those which nobody is loading.
    private func boardAll<ID: Hashable & Sendable>(
        _ ids: [ID],
        _ name: (ID) -> String,
        _ load: @escaping @Sendable ([ID]) async throws -> [ID: Value],
        _ values: inout [ID: Value]
    ) throws -> [(ID, LocalCacheFlight<Value>)] {
        var joined: [(ID, LocalCacheFlight<Value>)] = []
        var begun: [(ID, LocalCacheFlight<Value>)] = []
        let call = LocalCacheLoad()
        for id in ids {
            let key = LocalCacheKey(name(id))
            search: while true {
                switch self.enter(key, [], call) {
                case .found(.value(let value)): values[id] = value
                case .found(.failure(let error)):
                    // Nothing was begun yet: others who have joined meanwhile look for themselves.
                    for (_, flight) in joined { self.leave(flight) }
                    for (_, flight) in begun { self.land(flight, .absent) }
                    throw error
                case .found(.absent): break
                case .running(let flight):
                    guard self.board(flight) else { continue search }
                    joined.append((id, flight))
                case .begun(let flight): begun.append((id, flight))
                }
                break search
            }
        }
        if !begun.isEmpty { self.begin(call, begun, load) }
        return joined + begun
    }

    private func begin<ID: Hashable & Sendable>(
        _ call: LocalCacheLoad,
        _ flights: [(id: ID, flight: LocalCacheFlight<Value>)],
        _ load: @escaping @Sendable ([ID]) async throws -> [ID: Value]
    ) {
        self.ownCounts.withLock { $0.loads &+= 1 }
        let task = Task {
            do {
                let reply = try await load(flights.map(\.id))
                for (id, flight) in flights {
                    self.land(flight, reply[id].map { .value($0) } ?? .absent)
                }
            } catch {
                for (_, flight) in flights { self.land(flight, .failure(error), isKept: false) }
            }
        }
        call.began(task)
    }
}

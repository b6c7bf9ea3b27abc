import Synchronization

extension LocalCache {
    /// Removes the entries of `keys` and everything that is linked to them, and detaches the loads of all these.
    ///
    /// A key may as well be a name to which entries are linked without being one itself. When this returns, nothing that
    /// was read before the call is kept or given to callers who come later.
    public func invalidate(_ keys: [String]) {
        for key in keys {
            let key = LocalCacheKey(key)
            self.change(key) { state, removal in state.invalidate(key, &removal) }
        }
    }

    /// Removes all entries and detaches all loads.
    ///
    /// Slot after slot: an entry that is loaded meanwhile by a load that began after the call may stay.
    public func removeAll() {
        self.ownCounts.withLock { $0.flushes &+= 1 }
        for slot in self.slots {
            let removal = slot.state.withLock { state in
                var removal = LocalCacheRemoval<Value>()
                state.removeAll(&removal)
                return removal
            }
            self.settle(removal)
        }
    }

    /// Undoes the links of removed entries, and drops the keys that are linked to removed names.
    ///
    /// A walk without recursion, which visits a key once. One slot is locked at a time; what happens in between is
    /// harmless, because a load links itself before it begins: either the walk finds the link, or the load reads what is
    /// true after the invalidation.
    func settle(_ first: LocalCacheRemoval<Value>) {
        var removal = first
        var visited: Set<LocalCacheKey> = []
        while true {
            for (key, links) in removal.links { self.unlink(key, links) }
            removal.links = []
            guard let key = removal.derived.popLast() else { return }
            guard visited.insert(key).inserted else { continue }
            // Dropped whichever load it now comes from: one too many costs a load, one too few would be a stale entry.
            let more = self.slot(key).state.withLock { state in
                var more = LocalCacheRemoval<Value>()
                state.invalidate(key, &more)
                return more
            }
            removal.links = more.links
            removal.derived += more.derived
        }
    }

    /// Enters a load under the names on which its outcome depends; must be done before it begins.
    func link(_ key: LocalCacheKey, _ links: LocalCacheLinks) {
        for parent in links.parents {
            let parent = LocalCacheKey(parent)
            self.slot(parent).state.withLock { $0.link(key, links.token, to: parent) }
        }
    }

    func unlink(_ key: LocalCacheKey, _ links: LocalCacheLinks) {
        for parent in links.parents {
            let parent = LocalCacheKey(parent)
            self.slot(parent).state.withLock { $0.unlink(key, links.token, from: parent) }
        }
    }
}

extension LocalCache: InvalidatedCache {
    func stopKeeping() {
        self.isKeeping.store(false, ordering: .releasing)
        self.removeAll()
    }

    func startKeeping() {
        // Loads that began before may have missed an invalidation: they are detached before anything is kept again.
        self.removeAll()
        self.isKeeping.store(true, ordering: .releasing)
    }
}

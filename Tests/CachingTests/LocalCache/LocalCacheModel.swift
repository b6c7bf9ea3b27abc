/// What a local cache of one slot with room for everything has to do, written without any thought of speed.
struct LocalCacheModel {
    struct Entry {
        var result: Result<Int, LoadFailure>
        var expiry: Int
        var parents: Set<String>
    }

    private(set) var entries: [String: Entry] = [:]
    /// From the oldest to the newest.
    private(set) var order: [String] = []
    let capacity: Int
    var now = 0
    let successLifetime: Int
    let failureLifetime: Int

    init(capacity: Int, successLifetime: Int, failureLifetime: Int) {
        self.capacity = capacity
        self.successLifetime = successLifetime
        self.failureLifetime = failureLifetime
    }

    private mutating func remove(_ key: String) {
        self.entries[key] = nil
        self.order.removeAll { $0 == key }
    }

    private mutating func use(_ key: String) {
        self.order.removeAll { $0 == key }
        self.order.append(key)
    }

    /// The entry that has not expired, which counts as used.
    mutating func touch(_ key: String) -> Result<Int, LoadFailure>? {
        guard let entry = self.entries[key] else { return nil }
        guard entry.expiry > self.now else {
            self.remove(key)
            return nil
        }
        self.use(key)
        return entry.result
    }

    mutating func keep(_ result: Result<Int, LoadFailure>, _ key: String, _ parents: Set<String>) {
        let lifetime = if case .success = result { self.successLifetime } else { self.failureLifetime }
        if self.entries[key] == nil, self.order.count == self.capacity { self.remove(self.order[0]) }
        self.entries[key] = Entry(result: result, expiry: self.now + lifetime, parents: parents)
        self.use(key)
    }

    mutating func set(_ value: Int, _ key: String) {
        self.keep(.success(value), key, self.entries[key]?.parents ?? [])
    }

    mutating func setIfPresent(_ value: Int, _ key: String) -> Bool {
        guard let entry = self.entries[key], entry.expiry > self.now else { return false }
        self.set(value, key)
        return true
    }

    mutating func invalidate(_ keys: [String]) {
        var names = Set(keys)
        while let next = self.entries.first(where: {
            !names.contains($0.key) && !$0.value.parents.isDisjoint(with: names)
        }) {
            names.insert(next.key)
        }
        for name in names { self.remove(name) }
    }

    mutating func removeAll() {
        self.entries = [:]
        self.order = []
    }

    mutating func sweep() {
        for (key, entry) in self.entries where entry.expiry <= self.now { self.remove(key) }
    }

    var linkCount: Int { self.entries.values.reduce(0) { $0 + $1.parents.count } }
}

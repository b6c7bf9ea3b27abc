/// Which keys a slot holds, where, until when, and in which order they were used.
///
/// The order is a list through an array: positions are its links, so an entry costs no object. The outcomes lie at the
/// same positions in an array beside it, which alone depends on the type of the values.
@usableFromInline
struct LocalCacheIndex: Sendable {
    private struct Node: Sendable {
        var key: LocalCacheKey
        var expiry: Int64
        var newer: Int32
        var older: Int32
        var links: LocalCacheLinks
    }

    private static let none: Int32 = -1

    private var positions: [LocalCacheKey: Int32] = [:]
    private var nodes: ContiguousArray<Node> = []
    private var newest = Self.none
    private var oldest = Self.none
    /// The first unused position; the others follow as `older`.
    private var unused = Self.none
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { self.positions.count }

    /// Positions ever used: all of them are smaller.
    var positionsEnd: Int { self.nodes.count }

    /// The position of an entry that has not expired, which becomes the newest; -1 without one.
    @usableFromInline
    mutating func touch(_ key: String, _ now: Int64) -> Int {
        guard let position = self.positions[LocalCacheKey(key)] else { return -1 }
        guard self.nodes[Int(position)].expiry > now else { return -1 }
        if position != self.newest {
            self.detach(position)
            self.attach(position)
        }
        return Int(position)
    }

    func position(of key: LocalCacheKey) -> Int? {
        self.positions[key].map { Int($0) }
    }

    func isExpired(at position: Int, _ now: Int64) -> Bool {
        self.nodes[position].expiry <= now
    }

    func key(at position: Int) -> LocalCacheKey { self.nodes[position].key }

    func links(at position: Int) -> LocalCacheLinks { self.nodes[position].links }

    /// Renews an entry's lifetime; it becomes the newest.
    mutating func renew(at position: Int, expiry: Int64) {
        self.nodes[position].expiry = expiry
        self.detach(Int32(position))
        self.attach(Int32(position))
    }

    /// The position to clear before another key fits in.
    var overflow: Int? {
        self.count >= self.capacity && self.oldest != Self.none ? Int(self.oldest) : nil
    }

    /// Adds a key that is not there as the newest; there must be room for it.
    mutating func insert(_ key: LocalCacheKey, expiry: Int64, links: LocalCacheLinks) -> Int {
        let node = Node(key: key, expiry: expiry, newer: Self.none, older: Self.none, links: links)
        let position: Int32
        if self.unused != Self.none {
            position = self.unused
            self.unused = self.nodes[Int(position)].older
            self.nodes[Int(position)] = node
        } else {
            position = Int32(self.nodes.count)
            self.nodes.append(node)
        }
        self.positions[key] = position
        self.attach(position)
        return Int(position)
    }

    /// Removes the entry at a position in use.
    mutating func remove(at position: Int) {
        let place = Int32(position)
        self.positions.removeValue(forKey: self.nodes[position].key)
        self.detach(place)
        self.nodes[position] = Node(
            key: LocalCacheKey(""),
            expiry: .max,
            newer: Self.none,
            older: self.unused,
            links: .none
        )
        self.unused = place
    }

    /// An index without entries and their memory.
    var emptied: LocalCacheIndex { LocalCacheIndex(capacity: self.capacity) }

    /// The keys from the newest to the oldest, for tests.
    var keysByUse: [String] {
        var keys: [String] = []
        var position = self.newest
        while position != Self.none {
            keys.append(self.nodes[Int(position)].key.text)
            position = self.nodes[Int(position)].older
        }
        return keys
    }

    private mutating func detach(_ position: Int32) {
        let (newer, older) = (self.nodes[Int(position)].newer, self.nodes[Int(position)].older)
        if newer == Self.none { self.newest = older } else { self.nodes[Int(newer)].older = older }
        if older == Self.none { self.oldest = newer } else { self.nodes[Int(older)].newer = newer }
    }

    private mutating func attach(_ position: Int32) {
        self.nodes[Int(position)].newer = Self.none
        self.nodes[Int(position)].older = self.newest
        if self.newest == Self.none {
            self.oldest = position
        } else {
            self.nodes[Int(self.newest)].newer = position
        }
        self.newest = position
    }
}

/// The keys on the way to a value that is encoded or decoded; a list that shares its beginning with others.
struct CodingPath {
    private final class Link {
        let parent: Link?
        let key: any CodingKey
        let count: Int

        init(_ parent: Link?, _ key: any CodingKey) {
            self.parent = parent
            self.key = key
            self.count = (parent?.count ?? 0) + 1
        }
    }

    private var last: Link?

    /// How many keys there are, which is the level of the value.
    var count: Int {
        self.last?.count ?? 0
    }

    func appending(_ key: any CodingKey) -> CodingPath {
        CodingPath(last: Link(self.last, key))
    }

    func appending(index: Int) -> CodingPath {
        self.appending(IndexKey(index))
    }

    /// The keys, outermost first.
    var keys: [any CodingKey] {
        var keys: [any CodingKey] = []
        var link = self.last
        while let next = link {
            keys.append(next.key)
            link = next.parent
        }
        return keys.reversed()
    }

    /// As in `a.b[3]`.
    var text: String {
        Self.text(of: self.keys)
    }

    /// As in `a.b[3]`, with bounds, since keys may come from outside.
    static func text(of keys: some Sequence<any CodingKey>) -> String {
        var text = ""
        for key in keys where text.utf8.count < 512 {
            if key is IndexKey, let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + String(key.stringValue.prefix(64))
            }
        }
        return text
    }
}

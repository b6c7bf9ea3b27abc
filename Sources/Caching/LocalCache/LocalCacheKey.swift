import Glibc

/// A key, compared by its bytes.
///
/// Strings are equal when they look the same, however their letters are composed; two users whose ids differ in that
/// must not get each other's entries. Dictionaries hash the bytes with a secret of the process, so that nobody can make
/// up keys that collide.
struct LocalCacheKey: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: LocalCacheKey, right: LocalCacheKey) -> Bool {
        let isEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
            right.text.utf8.withContiguousStorageIfAvailable { right in
                guard left.count == right.count else { return false }
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
        return (isEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        let isDone: Void? = self.text.utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if isDone == nil { Array(self.text.utf8).withUnsafeBytes { hasher.combine(bytes: $0) } }
    }
}

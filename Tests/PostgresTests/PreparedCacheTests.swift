import Testing

@testable import Postgres

@Suite struct PreparedCacheTests {
    private let int8 = PostgresType(oid: 20)
    private let text = PostgresType(oid: 25)

    @Test func `a statement is known by its text and the types of its parameters`() {
        var cache = PreparedCache(limit: 10)
        let unknown = cache.name(of: "a", [self.int8])
        #expect(unknown == nil)
        let first = cache.insert("a", [self.int8])
        let second = cache.insert("a", [self.text])
        let (foundFirst, foundSecond) = (cache.name(of: "a", [self.int8]), cache.name(of: "a", [self.text]))
        #expect(foundFirst == first && foundSecond == second && first != second)
        let other = cache.name(of: "a", [])
        #expect(other == nil && cache.count == 2)
    }

    @Test func `the statement that was used longest ago makes room`() {
        var cache = PreparedCache(limit: 2)
        let first = cache.insert("a", [])
        let second = cache.insert("b", [])
        _ = cache.name(of: "a", [])
        _ = cache.insert("c", [])
        let (foundFirst, foundSecond) = (cache.name(of: "a", []), cache.name(of: "b", []))
        #expect(foundFirst == first && foundSecond == nil && cache.count == 2)
        let (gone, none) = (cache.takeForgotten(), cache.takeForgotten())
        #expect(gone == second && none == nil)
    }

    @Test func `a statement that could not be prepared is not dropped from the session`() {
        var cache = PreparedCache(limit: 2)
        let name = cache.insert("a", [])
        cache.remove("a", name: name)
        let (found, gone) = (cache.name(of: "a", []), cache.takeForgotten())
        #expect(found == nil && gone == nil && cache.count == 0)
    }

    @Test func `removing a name leaves a newer statement of the same text`() {
        var cache = PreparedCache(limit: 5)
        let old = cache.insert("a", [])
        cache.remove("a", name: old)
        let new = cache.insert("a", [])
        cache.remove("a", name: old)
        let found = cache.name(of: "a", [])
        #expect(found == new && cache.count == 1)
    }

    @Test func `a forgotten text is dropped from the session and a cleared cache drops nothing`() {
        var cache = PreparedCache(limit: 5)
        let names = [cache.insert("a", []), cache.insert("a", [self.int8])]
        cache.forget("a")
        var gone: [String] = []
        while let name = cache.takeForgotten() { gone.append(name) }
        #expect(gone.sorted() == names && cache.count == 0)
        _ = cache.insert("b", [])
        cache.clear()
        let (found, left) = (cache.name(of: "b", []), cache.takeForgotten())
        #expect(found == nil && left == nil)
    }

    @Test(arguments: [1, 7, 256]) func `never more than the limit are kept`(limit: Int) {
        var cache = PreparedCache(limit: limit)
        for number in 0..<1000 where cache.name(of: "s\(number % 300)", []) == nil {
            _ = cache.insert("s\(number % 300)", [])
            while cache.takeForgotten() != nil {}
            #expect(cache.count <= limit)
        }
    }
}

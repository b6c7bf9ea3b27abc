@testable import Caching

/// A value of the model's database: its number.
struct Version: CacheValue, Hashable, CustomStringConvertible {
    struct Unreadable: Error {}

    var number: Int

    init(_ number: Int) {
        self.number = number
    }

    init(cacheBytes: [UInt8]) throws {
        guard let number = Int(String(decoding: cacheBytes, as: UTF8.self)) else { throw Unreadable() }
        self.number = number
    }

    func cacheBytes() -> [UInt8] { Array(String(self.number).utf8) }

    var description: String { "v\(self.number)" }
}

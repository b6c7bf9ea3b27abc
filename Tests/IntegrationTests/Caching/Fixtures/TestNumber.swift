@testable import Caching

/// A number as a cached value, in decimal digits.
struct TestNumber: CacheValue, Hashable {
    /// The bytes are not digits.
    struct Undecodable: Error {}

    var number: Int

    init(_ number: Int) {
        self.number = number
    }

    init(cacheBytes: [UInt8]) throws {
        guard let number = Int(String(decoding: cacheBytes, as: UTF8.self)) else { throw Undecodable() }
        self.number = number
    }

    func cacheBytes() throws -> [UInt8] {
        Array("\(self.number)".utf8)
    }
}

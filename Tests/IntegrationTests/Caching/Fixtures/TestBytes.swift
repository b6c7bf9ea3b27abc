@testable import Caching

/// Bytes as they are, as a cached value.
struct TestBytes: CacheValue, Hashable {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(cacheBytes: [UInt8]) throws {
        self.bytes = cacheBytes
    }

    func cacheBytes() throws -> [UInt8] {
        self.bytes
    }
}

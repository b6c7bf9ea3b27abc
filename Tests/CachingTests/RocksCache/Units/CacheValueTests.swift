public import SwiftProtobuf
import Testing

@testable public import Caching

extension Google_Protobuf_StringValue: CacheValue {}
extension Google_Protobuf_Struct: CacheValue {}

/// The bytes of values.
@Suite struct CacheValueTests {
    private struct Profile: Codable, CacheValue, Hashable {
        var name: String
        var age: Int
        var tags: [String: Int]
        var nick: String?
    }

    /// A value that claims to have no bytes.
    private struct Nothing: CacheValue {
        init() {}
        init(cacheBytes: [UInt8]) {}
        func cacheBytes() -> [UInt8] { [] }
    }

    @Test func `a Codable value is JSON with sorted keys`() throws {
        let profile = Profile(name: "Ann/Bob", age: 30, tags: ["b": 2, "a": 1])
        let bytes = try profile.cacheBytes()
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"age":30,"name":"Ann/Bob","tags":{"a":1,"b":2}}"#)
        #expect(try Profile(cacheBytes: bytes) == profile)
    }

    @Test func `bytes of another type are refused`() {
        for text in ["", "{", "null", "[]", #"{"name":1}"#, "\u{0}"] {
            #expect(throws: (any Error).self, "\(text)") { try Profile(cacheBytes: Array(text.utf8)) }
        }
    }

    @Test func `a message is its binary form`() throws {
        let message = Google_Protobuf_StringValue("Ann")
        let bytes = try message.cacheBytes()
        #expect(bytes == [0x0a, 3] + Array("Ann".utf8))
        #expect(try Google_Protobuf_StringValue(cacheBytes: bytes) == message)
    }

    @Test func `a message without fields has bytes too`() throws {
        let bytes = try Google_Protobuf_StringValue().cacheBytes()
        #expect(bytes == [0])
        #expect(try Google_Protobuf_StringValue(cacheBytes: bytes) == Google_Protobuf_StringValue())
    }

    @Test func `a message with maps has the same bytes each time`() throws {
        let keys = (0..<20).map { "k\($0)" }
        let forms = try (0..<20).map { _ in
            var message = Google_Protobuf_Struct()
            for key in keys.shuffled() { message.fields[key] = Google_Protobuf_Value(numberValue: 1) }
            return try message.cacheBytes()
        }
        #expect(Set(forms).count == 1)
    }

    @Test func `bytes that are no message are refused`() {
        for bytes: [UInt8] in [[0, 0], [0x0a, 5, 1], [0xff]] {
            #expect(throws: (any Error).self, "\(bytes)") { try Google_Protobuf_StringValue(cacheBytes: bytes) }
        }
    }

    @Test func `an entry without bytes means absent so a value without bytes is refused`() throws {
        let error = #expect(throws: RocksCacheError.self) { try LoadedValue(Nothing(), "key") }
        #expect(error?.code == .undecodable)
        #expect(try LoadedValue(nil as Nothing?, "key").bytes == [])
        #expect(try LoadedValue.absent.value(Nothing.self, "key") == nil)
    }

    @Test(arguments: [RocksCacheOptions.Consistency.weak, .strong])
    func `bytes that cannot be read are thrown away and loaded anew`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(World.Setup(options: World.options(mode))) { world in
            let process = try world.process()
            let bytes = Array("not a number".utf8)
            for key in ["a", "b"] {
                world.server.step(key) { $0.put(key, value: bytes, milliseconds: 60_000) }
            }
            let value = try await world.fetch("a", process)
            world.expect(value == Version(0), "the fetch got \(String(describing: value))")
            let values = try await world.fetchBatch(["b", "c"], process)
            world.expect(values == ["b": Version(0), "c": Version(0)], "the batch got \(values)")
            try await world.sleep(.seconds(3))
            for key in ["a", "b"] {
                let isGone = world.server.entry(key)?.value != bytes
                world.expect(isGone, "the bytes are still there")
            }
        }
    }

    @Test func `a cached absence fails a fetch of a value that must be there`() async {
        await withWorld { world in
            let cache = try world.process().cache
            world.database.commit("a", isAbsent: true)
            let none: Version? = try await cache.fetch("a", expire: World.expire) { nil }
            world.expect(none == nil, "it got \(String(describing: none))")
            do {
                let value: Version = try await cache.fetch("a", expire: World.expire) { Version(1) }
                world.violate("it got \(value)")
            } catch let error as RocksCacheError {
                world.expect(error.code == .absent && error.keys == ["a"], "it failed with \(error)")
            }
        }
    }
}

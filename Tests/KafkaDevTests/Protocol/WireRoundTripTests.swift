import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct WireRoundTripTests {
    @Test func `every request that is announced has its messages in the tests`() {
        #expect(Set(EveryAPI.all.map(\.key)) == Set(APIKey.allCases))
    }

    @Test(arguments: FuzzBudget.seeds) func `what is written is read and written again alike, in every version`(
        seed: Seed
    ) throws {
        var random = seed.generator()
        for api in EveryAPI.all {
            for version in api.key.versions {
                for _ in 0..<FuzzBudget.inputs(usual: 3) {
                    let request = try api.randomRequest(version, &random)
                    #expect(try api.repeatRequest(request, version) == request, "\(seed), \(api.key) \(version)")
                    let response = try api.randomResponse(version, &random)
                    #expect(try api.repeatResponse(response, version) == response, "\(seed), \(api.key) \(version)")
                }
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `damaged messages and garbage are refused or read, and never a trap`(
        seed: Seed
    ) throws {
        var random = seed.generator()
        for api in EveryAPI.all {
            for version in api.key.versions {
                for _ in 0..<FuzzBudget.inputs(usual: 6) {
                    var bytes = Array(try api.randomRequest(version, &random).readableBytesView)
                    Self.damage(&bytes, &random)
                    // Whether it is refused or read does not matter here.
                    _ = try? api.repeatRequest(ByteBuffer(bytes: bytes), version)
                    let garbage = (0..<Int.random(in: 0...100, using: &random)).map { _ in
                        UInt8.random(in: .min ... .max, using: &random)
                    }
                    _ = try? api.repeatRequest(ByteBuffer(bytes: garbage), version)
                    var header = ByteBuffer(bytes: garbage)
                    _ = try? RequestHeader(reading: &header)
                }
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 1: bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[Int.random(in: bytes.indices, using: &random)] = [0, 0x7f, 0x80, 0xff].randomElement() ?? 0
        default:
            let start = Int.random(in: bytes.indices, using: &random)
            for index in start..<min(start + 4, bytes.count) { bytes[index] = 0xff }
        }
    }

    @Test func `a length beyond the message is refused before anything is allocated`() {
        // An old array of 2^31 - 1 topics, and a compact one of 2^32 - 2.
        let old = ByteBuffer(bytes: [0x7f, 0xff, 0xff, 0xff])
        #expect(throws: WireError.badLength) { try MetadataAPI.decode(old, version: 1) }
        let new = ByteBuffer(bytes: [0xff, 0xff, 0xff, 0xff, 0x0f])
        #expect(throws: WireError.badLength) { try MetadataAPI.decode(new, version: 9) }
    }

    @Test func `a message cannot have more array elements than the bound`() {
        var bytes = ByteBuffer()
        let count = WireReader.elementsMax + 1
        bytes.writeInteger(Int32(count))
        for _ in 0..<count { bytes.writeInteger(Int16(0)) }
        #expect(throws: WireError.tooManyElements) { try MetadataAPI.decode(bytes, version: 1) }
    }

    @Test func `an unsigned number of more than 32 bits is refused`() {
        let bytes = ByteBuffer(bytes: [0x80, 0x80, 0x80, 0x80, 0x10])
        #expect(throws: WireError.badLength) { try MetadataAPI.decode(bytes, version: 9) }
    }

    @Test func `tagged fields of a newer client are skipped`() throws {
        var bytes = ByteBuffer()
        bytes.writeBytes([2, 2, UInt8(ascii: "t"), 1, 9, 3, 1, 2, 3, 0, 0, 0, 0])
        let request = try MetadataAPI.decode(bytes, version: 9)
        #expect(request.topics?.map(\.name) == ["t"])
        #expect(!request.allowsCreation)
    }

    @Test func `the answer to ApiVersions has no tagged fields in its header`() throws {
        let header = RequestHeader(key: 18, version: 3, correlationID: 7, clientID: "")
        let frame = try ApiVersionsAPI.frame(.init(), header: header)
        #expect(Array(frame.readableBytesView) == [0, 0, 0, 12, 0, 0, 0, 7, 0, 0, 1, 0, 0, 0, 0, 0])
    }
}

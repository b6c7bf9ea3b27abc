import NIOCore
import TestKit
import Testing

@testable import IMGateway

@Suite struct InboundFrameDecoderTests {
    private static func events(
        _ bytes: [UInt8],
        step: Int = .max,
        limit: Int = 51200
    ) throws -> [InboundFrameDecoder.Event] {
        var decoder = InboundFrameDecoder(messageBytesMax: limit)
        var events: [InboundFrameDecoder.Event] = []
        var start = 0
        while start < bytes.count {
            let end = step < bytes.count - start ? start + step : bytes.count
            decoder.append(ByteBuffer(bytes: bytes[start..<end]))
            while let event = try decoder.next() { events.append(event) }
            decoder.compact()
            start = end
        }
        return events
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 1000, 51200], [1, 3, 100, Int.max])
    func `a frame is unmasked, however it is cut`(count: Int, step: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = RawConnection.frame(2, payload) + RawConnection.frame(1, payload)
        #expect(try Self.events(bytes, step: step) == [.binary(payload), .text(payload)])
    }

    @Test(arguments: [1, 5, Int.max])
    func `fragments become one message, control frames between them`(step: Int) throws {
        let bytes =
            RawConnection.frame(2, [1, 2], isFinal: false) + RawConnection.frame(9, [9])
            + RawConnection.frame(0, [], isFinal: false) + RawConnection.frame(10, [])
            + RawConnection.frame(0, [3]) + RawConnection.frame(8, [0x03, 0xE8])
        let events = try Self.events(bytes, step: step)
        #expect(events == [.ping([9]), .pong, .binary([1, 2, 3]), .close([0x03, 0xE8])])
    }

    @Test func `the limit holds for one frame and for the sum of fragments`() throws {
        #expect(try Self.events(RawConnection.frame(2, [1, 2, 3]), limit: 3).count == 1)
        #expect(throws: InboundFrameDecoder.Violation.tooBig) {
            try Self.events(RawConnection.frame(2, [1, 2, 3, 4]), limit: 3)
        }
        let first = RawConnection.frame(2, [1, 2], isFinal: false)
        #expect(try Self.events(first + RawConnection.frame(0, [3]), limit: 3) == [.binary([1, 2, 3])])
        #expect(throws: InboundFrameDecoder.Violation.tooBig) {
            try Self.events(first + RawConnection.frame(0, [3, 4]), limit: 3)
        }
    }

    @Test func `an oversize frame is refused by its header alone`() {
        let header: [UInt8] = [0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(throws: InboundFrameDecoder.Violation.tooBig) { try Self.events(header) }
    }

    @Test(
        arguments: [
            [0x82, 0x01, 0x00],  // not masked
            [0xC2, 0x80, 0, 0, 0, 0],  // a reserved bit
            [0x83, 0x80, 0, 0, 0, 0],  // a reserved opcode
            [0x8B, 0x80, 0, 0, 0, 0],
            [0x80, 0x80, 0, 0, 0, 0],  // a continuation of nothing
            [0x09, 0x80, 0, 0, 0, 0],  // a ping in fragments
            [0x89, 0xFE, 0, 126],  // a ping of 126 bytes
            [0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0],  // a new message within one
            [0x88, 0x81, 0, 0, 0, 0, 3],  // half a close code
            [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED],  // 1005, which may not be sent
            [0x88, 0x82, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func `a frame that breaks a rule is a protocol error`(bytes: [UInt8]) {
        #expect(throws: InboundFrameDecoder.Violation.protocolError) { try Self.events(bytes) }
    }

    @Test(arguments: [UInt64(20_260_705), UInt64.random(in: 0...UInt64.max)])
    func `random bytes never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let valid =
            RawConnection.frame(2, [1, 2, 3], isFinal: false) + RawConnection.frame(9, [1])
            + RawConnection.frame(0, [UInt8](repeating: 1, count: 300)) + RawConnection.frame(8, [0x03, 0xE8])
        for _ in 0..<30_000 {
            var bytes = valid
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            // The outcome does not matter here; a trap would end the process.
            _ = try? Self.events(bytes, step: Int.random(in: 1...200, using: &random), limit: 1000)
        }
    }
}

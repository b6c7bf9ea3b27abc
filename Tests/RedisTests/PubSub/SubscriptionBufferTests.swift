import Testing

@testable import Redis

@Suite struct SubscriptionBufferTests {
    private static func message(_ number: Int, size: Int = 1) -> RedisSubscriptionEvent {
        .message(
            channel: "c",
            pattern: nil,
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
        )
    }

    private static func drain(_ buffer: inout SubscriptionBuffer) -> [RedisSubscriptionEvent] {
        var events: [RedisSubscriptionEvent] = []
        while let event = buffer.pop() { events.append(event) }
        return events
    }

    @Test func `events come out in order`() {
        var buffer = SubscriptionBuffer(limits: .init(bufferedMessagesMax: 3))
        var dropped = 0
        for number in 1...3 { dropped += buffer.push(Self.message(number)).dropped }
        #expect(dropped == 0 && Self.drain(&buffer) == [Self.message(1), Self.message(2), Self.message(3)])
    }

    @Test func `the oldest messages give way and a gap stands in their place`() {
        var buffer = SubscriptionBuffer(limits: .init(bufferedMessagesMax: 2))
        var dropped = 0
        for number in 1...5 { dropped += buffer.push(Self.message(number)).dropped }
        #expect(dropped == 3)
        #expect(Self.drain(&buffer) == [.gap(.bufferFull(dropped: 3)), Self.message(4), Self.message(5)])
        #expect(buffer.push(Self.message(6)).dropped == 0)
        #expect(Self.drain(&buffer) == [Self.message(6)])
    }

    @Test func `bytes are limited too, but the newest message is kept whatever its size`() {
        let size = 10 + 1 + SubscriptionBuffer.overheadBytes
        var buffer = SubscriptionBuffer(limits: .init(bufferedMessagesMax: 100, bufferedBytesMax: 2 * size))
        for number in 1...3 { _ = buffer.push(Self.message(number, size: 10)) }
        #expect(buffer.pop() == .gap(.bufferFull(dropped: 1)))
        #expect(buffer.push(Self.message(4, size: 1000)).dropped == 2)
        #expect(Self.drain(&buffer) == [.gap(.bufferFull(dropped: 2)), Self.message(4, size: 1000)])
        for number in 5...6 { #expect(buffer.push(Self.message(number, size: 10)).dropped == 0) }
    }

    @Test func `a dropped reconnection is still told and repeated ones count once`() {
        var buffer = SubscriptionBuffer(limits: .init(bufferedMessagesMax: 2))
        _ = buffer.push(Self.message(1))
        for _ in 0..<9 { _ = buffer.push(.gap(.reconnected)) }
        #expect(buffer.push(Self.message(2)).dropped == 1)
        #expect(buffer.push(Self.message(3)).dropped == 0)
        #expect(
            Self.drain(&buffer) == [
                .gap(.bufferFull(dropped: 1)), .gap(.reconnected), Self.message(2), Self.message(3),
            ]
        )
        _ = buffer.push(.gap(.reconnected))
        #expect(buffer.pop() == .gap(.reconnected))
        _ = buffer.push(.gap(.reconnected))
        #expect(buffer.pop() == .gap(.reconnected), "the one before has been told, this one is news")
    }

    @Test(arguments: [-1, 0, 1]) func `a limit below one keeps one message`(limit: Int) {
        var buffer = SubscriptionBuffer(limits: .init(bufferedMessagesMax: limit, bufferedBytesMax: limit))
        #expect(buffer.push(Self.message(1)).dropped == 0 && buffer.push(Self.message(2)).dropped == 1)
        #expect(Self.drain(&buffer) == [.gap(.bufferFull(dropped: 1)), Self.message(2)])
    }
}

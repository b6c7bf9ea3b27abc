import Testing

@testable import Postgres

struct NotificationBufferTests {
    private func event(_ number: Int) -> PostgresNotificationEvent {
        .notification(PostgresNotification(channel: "c", payload: "\(number)", processID: 1))
    }

    private func drain(_ buffer: inout NotificationBuffer) -> [PostgresNotificationEvent] {
        var events: [PostgresNotificationEvent] = []
        while let event = buffer.popFirst() { events.append(event) }
        return events
    }

    @Test func `events come out in order`() {
        var buffer = NotificationBuffer(capacity: 3)
        for number in 1...3 { buffer.append(self.event(number)) }
        #expect(self.drain(&buffer) == (1...3).map { self.event($0) })
        #expect(buffer.isEmpty)
    }

    @Test func `the oldest give way and are counted in one event ahead of the rest`() {
        var buffer = NotificationBuffer(capacity: 2)
        for number in 1...5 { buffer.append(self.event(number)) }
        #expect(self.drain(&buffer) == [.missed(count: 3), self.event(4), self.event(5)])
        for number in 6...8 { buffer.append(self.event(number)) }
        #expect(self.drain(&buffer) == [.missed(count: 1), self.event(7), self.event(8)])
    }

    @Test func `a reconnection is never lost`() {
        var buffer = NotificationBuffer(capacity: 1)
        buffer.append(.reconnected)
        buffer.append(self.event(1))
        buffer.append(self.event(2))
        #expect(self.drain(&buffer) == [.missed(count: 1), .reconnected, self.event(2)])
        #expect(buffer.isEmpty)
    }

    @Test func `what was missed before adds up`() {
        var buffer = NotificationBuffer(capacity: 2)
        buffer.append(self.event(1))
        buffer.append(.missed(count: 5))
        buffer.append(self.event(2))
        #expect(self.drain(&buffer) == [.missed(count: 1), .missed(count: 5), self.event(2)])
        for event in [.missed(count: 5), self.event(3), self.event(4), self.event(5)] { buffer.append(event) }
        #expect(self.drain(&buffer) == [.missed(count: 6), self.event(4), self.event(5)])
    }
}

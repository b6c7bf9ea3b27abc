import Testing

@testable import IMProtocol

@Suite struct ContentTypeTests {
    @Test(arguments: [
        (Int32(999), false), (1000, true), (1400, true), (2200, true), (5000, true), (5001, false), (101, false),
        (.min, false),
    ])
    func `notifications are the numbers from 1000 to 5000`(number: Int32, isNotification: Bool) {
        #expect(ContentType(rawValue: number).isNotification == isNotification)
    }

    @Test func `origins, states and session types have the numbers of the wire`() {
        #expect(MessageOrigin.user.rawValue == 100)
        #expect(MessageOrigin.system.rawValue == 200)
        #expect([MessageStatus.sending, .sent, .failed, .deleted].map(\.rawValue) == [1, 2, 3, 4])
        #expect([SessionType.single, .writeGroup, .group, .notification].map(\.rawValue) == [1, 2, 3, 4])
    }
}

import IMClient
import IMProtocol
import Synchronization

/// One of the two people of the demo, connected over a real WebSocket.
final class DemoUser: Sendable {
    /// A message as it arrived.
    struct Arrival: Sendable {
        let message: Openim_Sdkws_MsgData
        let instant: ContinuousClock.Instant
    }

    let userID: String
    let client: IMClient
    private let received = Mutex<[Arrival]>([])

    init(userID: String, client: IMClient) {
        self.userID = userID
        self.client = client
    }

    /// Notes every pushed message until the connection ends.
    func listen() async {
        for await push in self.client.pushes {
            let instant = ContinuousClock.now
            let arrivals = push.msgs.values.flatMap(\.msgs).map { Arrival(message: $0, instant: instant) }
            self.received.withLock { $0 += arrivals }
        }
    }

    /// What has arrived so far.
    var arrivals: [Arrival] {
        self.received.withLock { $0 }
    }

    /// When the message arrived that the client named `clientMsgID`; waits at most `limit` for it.
    func arrival(of clientMsgID: String, within limit: Duration) async throws -> Arrival? {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            if let arrival = self.arrivals.first(where: { $0.message.clientMsgID == clientMsgID }) { return arrival }
            try await Task.sleep(for: .milliseconds(1))
        }
        return nil
    }
}

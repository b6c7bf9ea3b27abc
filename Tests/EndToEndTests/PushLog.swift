import IMClient
import IMProtocol
import Synchronization
import TestKit

/// Collects what a client is pushed.
final class PushLog: Sendable {
    private let messages = Mutex<[Openim_Sdkws_MsgData]>([])

    /// Reads pushes until the connection ends.
    func follow(_ client: IMClient) async {
        for await push in client.pushes {
            let new = push.msgs.values.flatMap(\.msgs)
            self.messages.withLock { $0 += new }
        }
    }

    var all: [Openim_Sdkws_MsgData] {
        self.messages.withLock { $0 }
    }

    /// What has arrived once there are `count` messages, or 20 s have passed.
    func first(_ count: Int) async throws -> [Openim_Sdkws_MsgData] {
        _ = try await eventually(within: .seconds(20)) { self.all.count >= count }
        return self.all
    }
}

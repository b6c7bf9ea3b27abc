import Foundation
import IMProtocol
import IMStorage
import ServerRuntime
import SwiftProtobuf
import Synchronization

@testable import IMServices

/// A message service before stores in memory.
final class MsgFixture: Sendable {
    let directories = FakeDirectories()
    let outlet = FakeOutlet()
    let memories = FakeMemories()
    let history = FakeHistory()
    let server: MsgServer
    private let time: TestTime

    static let start: Int64 = 1_800_000_000_000

    init(verifiesFriends: Bool = false) {
        let time = TestTime()
        self.time = time
        let clock = WallClock { time.now.withLock { $0 } }
        self.server = MsgServer(
            settings: .init(adminUserIDs: ["imAdmin"], verifiesFriends: verifiesFriends),
            dependencies: MsgDependencies(
                outlet: self.outlet,
                topics: PipelineTopics(),
                users: self.directories,
                friends: self.directories,
                groups: self.directories,
                conversations: self.directories,
                reader: MessageReader(cache: self.history, history: self.history, clock: clock),
                marker: self.history,
                positions: self.memories,
                readSeqs: self.memories,
                stale: self.memories,
                sendTimes: self.memories,
                statuses: self.memories
            ),
            clock: clock
        )
        for user in ["alice", "bob", "imAdmin"] { self.directories.add(user: user) }
    }

    /// Lets time pass.
    func pass(_ milliseconds: Int64) {
        self.time.now.withLock { $0 += milliseconds }
    }

    /// A text message that has not been sent.
    static func text(
        from sendID: String = "alice",
        to recvID: String = "bob",
        id: String = "m1"
    ) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sendID
            $0.recvID = recvID
            $0.clientMsgID = id
            $0.sessionType = SessionType.single.rawValue
            $0.contentType = ContentType.text.rawValue
            $0.content = Data(#"{"content":"hi"}"#.utf8)
            $0.createTime = Self.start
        }
    }

    /// A text message to a group.
    static func groupText(
        from sendID: String = "alice",
        to groupID: String = "g",
        id: String = "m1"
    ) -> Openim_Sdkws_MsgData {
        var message = self.text(from: sendID, to: "", id: id)
        message.groupID = groupID
        message.sessionType = SessionType.group.rawValue
        return message
    }

    /// Sends a message as its sender, or as an administrator.
    @discardableResult
    func send(
        _ message: Openim_Sdkws_MsgData,
        asAdmin: Bool = false
    ) async throws -> Openim_Msg_SendMsgResp {
        let context =
            asAdmin
            ? CallContext(operationID: "op", userID: "imAdmin", isAdmin: true)
            : Self.context(message.sendID)
        return try await self.server.sendMsg(.with { $0.msgData = message }, context)
    }

    static func context(_ userID: String) -> CallContext {
        CallContext(operationID: "op", userID: userID, platform: .iOS, connectionID: "c")
    }

    /// The code and the detail with which sending fails; nil when it succeeds.
    func refusal(of message: Openim_Sdkws_MsgData, asAdmin: Bool = false) async throws -> Refusal? {
        do {
            try await self.send(message, asAdmin: asAdmin)
            return nil
        } catch let error as IMError {
            return Refusal(code: error.code, detail: error.detail)
        }
    }

    struct Refusal: Hashable {
        let code: Int32
        let detail: String
    }
}

/// A time that tests set.
private final class TestTime: Sendable {
    let now = Mutex(MsgFixture.start)
}

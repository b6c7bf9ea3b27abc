import IMProtocol
import SwiftProtobuf
import Testing

@testable import IMWorkers

@Suite struct PushReceiversTests {
    private struct Members: GroupMembers {
        var ids: [String: [String]] = [:]

        func memberIDs(of groupID: String) async throws -> [String] {
            self.ids[groupID] ?? []
        }
    }

    @Test(
        arguments: [
            (Int32(1), "u1", "u2", true, ["u2", "u1"]), (1, "u1", "u2", false, ["u2"]), (1, "u1", "u1", true, ["u1"]),
            (4, "u1", "u2", true, ["u2", "u1"]), (4, "u1", "u2", false, ["u2"]), (4, "u1", "u1", true, ["u1"]),
            (2, "u1", "u2", true, []), (3, "u1", "u2", true, []), (0, "u1", "u2", true, []), (9, "u1", "u2", true, []),
        ] as [(Int32, String, String, Bool, [String])]
    )
    func `the receiver gets a message, and the sender unless it is switched off`(
        sessionType: Int32,
        sender: String,
        receiver: String,
        senderSync: Bool,
        expected: [String]
    ) async throws {
        let message = Openim_Sdkws_MsgData.with {
            $0.sendID = sender
            $0.recvID = receiver
            $0.sessionType = sessionType
            if !senderSync { $0.switchOff(.senderSync) }
        }
        #expect(try await PushReceivers.of(message, Members()) == expected)
    }

    @Test func `all members of a group get a message, also its sender`() async throws {
        let message = Openim_Sdkws_MsgData.with {
            $0.sendID = "u1"
            $0.groupID = "g"
            $0.sessionType = SessionType.group.rawValue
        }
        #expect(try await PushReceivers.of(message, Members(ids: ["g": ["u3", "u1", "u2"]])) == ["u3", "u1", "u2"])
    }
}

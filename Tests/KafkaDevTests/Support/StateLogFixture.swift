import Logging
import ServerRuntime

@testable import KafkaDev

/// State logs on a file layer in memory.
enum StateLogFixture {
    static func make(_ files: any FileLayer, isSynced: Bool = false) -> StateLog {
        StateLog(
            folder: "state",
            files: files,
            isSyncedBeforeAcknowledgement: isSynced,
            clock: WallClock { 1_000 },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    static func commit(_ offset: Int64, group: String = "g", metadata: String = "") -> StateChange {
        let committed = CommittedOffset(offset: offset, leaderEpoch: -1, metadata: metadata, time: 0)
        return .commit(group: group, topic: "t", partition: 0, committed)
    }
}

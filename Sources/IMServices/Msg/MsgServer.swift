import IMProtocol
import IMStorage
package import ServerRuntime

/// The message service: accepts messages into the pipeline and answers what is in the history.
///
/// Sending stands in `MsgServer+Sending.swift` and `Sending/`, reading in `MsgServer+Reading.swift` and `Reading/`, what users have
/// read in `MsgServer+ReadMarks.swift`.
package struct MsgServer: MsgService {
    /// The settings of the service.
    package struct Settings: Sendable, Hashable {
        /// Users with the rights of an app administrator.
        package var adminUserIDs: Set<String>
        /// Whether a sender must be its receiver's friend.
        package var verifiesFriends: Bool

        package init(adminUserIDs: Set<String>, verifiesFriends: Bool = false) {
            self.adminUserIDs = adminUserIDs
            self.verifiesFriends = verifiesFriends
        }
    }

    let settings: Settings
    let dependencies: MsgDependencies
    let clock: WallClock

    package init(settings: Settings, dependencies: MsgDependencies, clock: WallClock = .system) {
        self.settings = settings
        self.dependencies = dependencies
        self.clock = clock
    }
}

import Foundation
package import IMProtocol
package import IMStorage
package import ServerRuntime
import SwiftProtobuf

/// The user service: accounts and profiles.
package struct UserServer: UserService {
    /// The longest user id, in characters.
    private static let userIDLengthMax = 64

    private let users: UserRepository
    private let clock: WallClock

    package init(users: UserRepository, clock: WallClock = .system) {
        self.users = users
        self.clock = clock
    }

    /// Creates the administrators' accounts that are missing and brings their nicknames in line.
    package func ensureAdministrators(_ administrators: [(userID: String, nickname: String)]) async throws {
        for administrator in administrators {
            try await self.users.ensure(
                UserRecord(
                    userID: administrator.userID,
                    nickname: administrator.nickname,
                    appManagerLevel: 2,
                    createTime: self.clock.milliseconds
                )
            )
        }
    }

    package func userRegister(
        _ request: Openim_User_userRegisterReq,
        _ context: CallContext
    ) async throws -> Openim_User_userRegisterResp {
        try context.requireAdmin()
        guard !request.users.isEmpty else { throw IMError(.args, "users is empty") }
        var userIDs: Set<String> = []
        for user in request.users {
            try Self.check(user)
            guard userIDs.insert(user.userID).inserted else {
                throw IMError(.args, "userID \(user.userID) comes twice")
            }
        }
        let now = self.clock.milliseconds
        do {
            try await self.users.insert(request.users.map { Self.record($0, createTime: now) })
        } catch StorageError.duplicate {
            throw IMError(.registeredAlready, "a user of the request is registered already; none was created")
        }
        return Openim_User_userRegisterResp()
    }

    package func getDesignateUsers(
        _ request: Openim_User_getDesignateUsersReq,
        _ context: CallContext
    ) async throws -> Openim_User_getDesignateUsersResp {
        let found = try await self.users.find(request.userIds)
        return .with { $0.usersInfo = request.userIds.compactMap { found[$0]?.info } }
    }

    private static func check(_ user: Openim_Sdkws_UserInfo) throws {
        guard !user.userID.isEmpty else { throw IMError(.args, "userID is empty") }
        guard user.userID.count <= self.userIDLengthMax else {
            throw IMError(.args, "userID is longer than \(self.userIDLengthMax) characters")
        }
        guard user.userID.unicodeScalars.allSatisfy(self.isAllowedInUserID) else {
            throw IMError(.args, "userID may hold letters, digits and _ only")
        }
        // Two ids that look the same would be one for Swift and two for the stores.
        guard user.userID.hasSameBytes(as: user.userID.precomposedStringWithCanonicalMapping) else {
            throw IMError(.args, "userID must be in Unicode normalization form C")
        }
        guard !user.nickname.isEmpty else { throw IMError(.args, "nickname of userID \(user.userID) is empty") }
        for (name, text) in [("nickname", user.nickname), ("faceURL", user.faceURL), ("ex", user.ex)]
        where text.utf8.contains(0) {
            throw IMError(.args, "\(name) of userID \(user.userID) holds a NUL character")
        }
        guard (0...2).contains(user.globalRecvMsgOpt) else {
            throw IMError(.args, "globalRecvMsgOpt must be 0, 1 or 2, got \(user.globalRecvMsgOpt)")
        }
    }

    private static func isAllowedInUserID(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: scalar == "_"
        }
    }

    private static func record(_ user: Openim_Sdkws_UserInfo, createTime: Int64) -> UserRecord {
        UserRecord(
            userID: user.userID,
            nickname: user.nickname,
            faceURL: user.faceURL,
            ex: user.ex,
            appManagerLevel: user.appMangerLevel,
            globalReceiveOption: user.globalRecvMsgOpt,
            createTime: createTime
        )
    }
}

/// A part that a process can play.
enum RoleName: String, Sendable, Hashable, CaseIterable {
    /// HTTP.
    case api
    /// WebSocket.
    case msgGateway = "msggateway"
    /// `toRedis` to Redis, `toMongo` and `toPush`; history; archive.
    case msgTransfer = "msgtransfer"
    /// `toPush` to the gateway.
    case push
    case rpcAuth = "rpc-auth"
    case rpcUser = "rpc-user"
    case rpcMsg = "rpc-msg"

    /// Reads a name, also in OpenIM's form (`openim-rpc-msg`).
    init?(name: String) {
        let prefix = "openim-"
        self.init(rawValue: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
    }

    /// The roles that must be in the same process: calls between processes come with the gRPC transport.
    var needs: Set<RoleName> {
        switch self {
        case .api: [.rpcAuth, .rpcUser, .rpcMsg]
        case .msgGateway: [.rpcAuth, .rpcMsg]
        case .push: [.msgGateway]
        case .msgTransfer, .rpcAuth, .rpcUser, .rpcMsg: []
        }
    }

    /// Reads a list of names.
    ///
    /// - Throws: `RoleListError` for an unknown name or a role whose peer is missing.
    static func parse(_ list: String) throws(RoleListError) -> Set<RoleName> {
        var roles: Set<RoleName> = []
        for part in list.split(separator: ",") {
            let name = String(part.filter { !$0.isWhitespace })
            if name.isEmpty { continue }
            if name == "all" {
                roles.formUnion(RoleName.allCases)
                continue
            }
            guard let role = RoleName(name: name) else { throw .unknown(name) }
            roles.insert(role)
        }
        guard !roles.isEmpty else { throw .empty }
        for role in roles.sorted(by: { $0.rawValue < $1.rawValue }) {
            let missing = role.needs.subtracting(roles)
            guard missing.isEmpty else { throw .incomplete(role, missing) }
        }
        return roles
    }
}

/// What is wrong with a list of roles.
enum RoleListError: Error, Equatable, CustomStringConvertible {
    case empty
    case unknown(String)
    case incomplete(RoleName, Set<RoleName>)

    var description: String {
        switch self {
        case .empty:
            "--roles is empty; name all or some of \(Self.names)"
        case .unknown(let name):
            "--roles: there is no role \"\(name)\"; there are all, \(Self.names)"
        case .incomplete(let role, let missing):
            "--roles: \(role.rawValue) needs \(missing.map(\.rawValue).sorted().joined(separator: ", ")) in the same process"
        }
    }

    private static var names: String {
        RoleName.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

/// Where a command without keys goes in a cluster.
enum KeylessRoute: Sendable, Equatable {
    /// Why a command cannot be sent to a cluster as a whole.
    enum Refusal: Sendable {
        /// It speaks of one server or changes one.
        case oneServer
        /// It changes the state of one connection.
        case connection
        /// It begins or ends a transaction.
        case transaction
        /// A cluster has only the database 0.
        case database
    }

    /// To any master: all give the same answer, or one as good as another.
    case anyMaster
    /// To each master.
    case everyMaster(ReplyMerge)
    /// Nowhere.
    case refused(Refusal)
    /// As the first argument says, in capitals; one that is missing here concerns one server.
    case subcommands([String: KeylessRoute])

    /// The route with these arguments: never `.subcommands`.
    func resolved(_ arguments: [RedisArgument]) -> KeylessRoute {
        guard case .subcommands(let routes) = self else { return self }
        return arguments.first?.word.flatMap { routes[$0] } ?? .refused(.oneServer)
    }
}

extension KeylessRoute.Refusal {
    /// What the caller can do.
    var advice: String {
        switch self {
        case .oneServer: "it concerns one server, so send it to a node of the cluster and not to the cluster"
        case .connection: "it changes one connection, so use a connection to one node"
        case .transaction: "send MULTI, the commands and EXEC in one pipeline"
        case .database: "a cluster has only the database 0"
        }
    }
}

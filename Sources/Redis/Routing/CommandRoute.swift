/// Where a command goes in a cluster.
enum CommandRoute: Sendable {
    /// To the node that serves a slot.
    case slot(HashSlot)
    /// To any master.
    case anyMaster
    /// To each master.
    case everyMaster(ReplyMerge)
    /// In parts, each to the node of its slot.
    case split(SplitCommand)

    /// The route of `command`.
    ///
    /// - Throws: `.crossSlot` when its keys lie in several slots and it cannot be split; `.invalidArgument` when it
    ///   cannot be sent to a cluster, or nothing is known of it.
    init(_ command: RawCommand) throws(RedisError) {
        if let key = command.routingKey {
            self = .slot(HashSlot(key: key))
            return
        }
        guard let traits = CommandTable.traits(of: command.name) else { throw Self.unknown(command) }
        if traits.keys == .single {
            guard let key = command.arguments.first else { throw Self.malformed(command) }
            self = .slot(HashSlot(key: key))
            return
        }
        // Whatever its keys are, it would change a connection that others use too.
        if traits.keyless == .refused(.connection) { throw Self.refused(command, .connection) }
        guard let indices = traits.keys.indices(in: command.arguments) else { throw Self.malformed(command) }
        if indices.isEmpty {
            self = try Self.keyless(command, traits.keyless.resolved(command.arguments))
        } else {
            self = try Self.keyed(command, traits, indices)
        }
    }

    /// The keys of `command`, as far as they are known.
    static func keys(of command: RawCommand) -> [RedisArgument] {
        let indices = CommandTable.traits(of: command.name)?.keys.indices(in: command.arguments) ?? []
        return (command.routingKey.map { [$0] } ?? []) + indices.map { command.arguments[$0] }
    }

    private static func keyless(_ command: RawCommand, _ route: KeylessRoute) throws(RedisError) -> CommandRoute {
        switch route {
        case .anyMaster: return .anyMaster
        case .everyMaster(let merge): return .everyMaster(merge)
        case .refused(let refusal): throw self.refused(command, refusal)
        case .subcommands: throw self.refused(command, .oneServer)
        }
    }

    private static func keyed(
        _ command: RawCommand,
        _ traits: CommandTraits,
        _ indices: [Int]
    ) throws(RedisError) -> CommandRoute {
        let slots = indices.map { HashSlot(key: command.arguments[$0]) }
        guard let other = slots.first(where: { $0 != slots[0] }) else { return .slot(slots[0]) }
        guard let split = traits.split else { throw self.crossSlot(command, slots[0], other) }
        guard command.arguments.count.isMultiple(of: split.stride) else { throw self.malformed(command) }
        return .split(SplitCommand(command, split, slots: slots))
    }

    /// The error for keys in several slots, two of which are given.
    static func crossSlot(_ command: RawCommand, _ first: HashSlot, _ other: HashSlot) -> RedisError {
        RedisError(
            .crossSlot,
            """
            \(self.name(command)): its keys lie in several slots of the cluster (\(first), \(other)); give them a common \
            hash tag, as in {user:1}:name and {user:1}:age, or send a command for each
            """
        )
    }

    /// The error for a command that cannot go to a cluster as a whole.
    static func refused(_ command: RawCommand, _ refusal: KeylessRoute.Refusal) -> RedisError {
        RedisError(.invalidArgument, "\(self.name(command)) cannot be sent to a cluster: \(refusal.advice)")
    }

    private static func malformed(_ command: RawCommand) -> RedisError {
        RedisError(.invalidArgument, "\(self.name(command)): the arguments do not say which keys it has")
    }

    private static func unknown(_ command: RawCommand) -> RedisError {
        RedisError(
            .invalidArgument,
            "\(self.name(command)): its keys are not known; say with routed(by:) which key decides about the node"
        )
    }

    /// The name, cut: it may come from outside.
    private static func name(_ command: RawCommand) -> String {
        String(command.name.uppercased().prefix(40))
    }
}

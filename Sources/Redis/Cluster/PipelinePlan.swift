/// How the commands of a pipeline become units for nodes, and the replies of those the replies of the pipeline.
struct PipelinePlan: Sendable {
    /// Where the reply of a command comes from.
    private enum Source: Sendable {
        case unit(Int, command: Int)
        case everyMaster(Swift.Range<Int>, ReplyMerge)
        case split(Swift.Range<Int>, SplitCommand)
    }

    private(set) var units: [CommandUnit] = []
    private var sources: [Source] = []

    /// Plans `commands`.
    ///
    /// - Parameters:
    ///   - commands: the commands.
    ///   - masters: where the masters are, asked for only if some command goes to each of them.
    /// - Throws: as `CommandRoute`, and `.invalidArgument` when `MULTI` and `EXEC` do not match.
    init(_ commands: [RawCommand], masters: () -> [RedisEndpoint]) throws(RedisError) {
        self.units.reserveCapacity(commands.count)
        self.sources.reserveCapacity(commands.count)
        var index = 0
        while index < commands.count {
            guard Self.isNamed(commands[index], "MULTI") else {
                try self.append(commands[index], masters: masters)
                index += 1
                continue
            }
            guard let end = commands[index...].firstIndex(where: Self.endsTransaction) else {
                throw CommandRoute.refused(commands[index], .transaction)
            }
            try self.append(transaction: Array(commands[index...end]))
            index = end + 1
        }
    }

    /// The replies of the pipeline.
    ///
    /// - Parameter results: for each unit its replies.
    /// - Returns: a reply for each command.
    func replies(from results: [[RedisValue]]) -> [RedisValue] {
        self.sources.map { source in
            switch source {
            case .unit(let unit, let command): results[unit][command]
            case .everyMaster(let units, let merge): Self.merged(results[units].map { $0[0] }, merge)
            case .split(let units, let split): split.merged(results[units].map { $0[0] })
            }
        }
    }

    private mutating func append(_ command: RawCommand, masters: () -> [RedisEndpoint]) throws(RedisError) {
        let first = self.units.count
        switch try CommandRoute(command) {
        case .slot(let slot):
            self.units.append(CommandUnit(target: .slot(slot), commands: [command]))
            self.sources.append(.unit(first, command: 0))
        case .anyMaster:
            self.units.append(CommandUnit(target: .anyMaster, commands: [command]))
            self.sources.append(.unit(first, command: 0))
        case .everyMaster(let merge):
            let masters = masters()
            guard !masters.isEmpty else { throw RedisError(.connectionLost, "the cluster has no master") }
            self.units += masters.map { CommandUnit(target: .node($0), commands: [command]) }
            self.sources.append(.everyMaster(first..<self.units.count, merge))
        case .split(let split):
            self.units += split.parts.map { CommandUnit(target: .slot($0.slot), commands: [$0.command]) }
            self.sources.append(.split(first..<self.units.count, split))
        }
    }

    private mutating func append(transaction commands: [RawCommand]) throws(RedisError) {
        var slot: HashSlot?
        for command in commands.dropFirst().dropLast() {
            let own: HashSlot
            switch try CommandRoute(command) {
            case .slot(let number): own = number
            case .anyMaster: continue
            case .everyMaster: throw CommandRoute.refused(command, .transaction)
            case .split(let split): throw CommandRoute.crossSlot(command, split.parts[0].slot, split.parts[1].slot)
            }
            if let slot, slot != own { throw CommandRoute.crossSlot(commands[0], slot, own) }
            slot = own
        }
        let target = slot.map(CommandUnit.Target.slot) ?? .anyMaster
        self.sources += commands.indices.map { .unit(self.units.count, command: $0) }
        self.units.append(CommandUnit(target: target, commands: commands))
    }

    private static func merged(_ replies: [RedisValue], _ merge: ReplyMerge) -> RedisValue {
        let failures = replies.filter { if case .error = $0 { true } else { false } }
        guard let failure = failures.first, case .error(let text) = failure else { return merge.merged(replies) }
        guard failures.count < replies.count else { return failure }
        return .error("ERR \(replies.count - failures.count) of \(replies.count) masters carried it out, then: \(text)")
    }

    private static func endsTransaction(_ command: RawCommand) -> Bool {
        self.isNamed(command, "EXEC") || self.isNamed(command, "DISCARD")
    }

    private static func isNamed(_ command: RawCommand, _ name: String) -> Bool {
        // The length decides nearly always.
        command.name.utf8.count == name.utf8.count && command.name.uppercased() == name
    }
}

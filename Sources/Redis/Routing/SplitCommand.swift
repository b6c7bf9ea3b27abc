/// A command whose keys lie in several slots, in parts that have one slot each.
///
/// The parts are sent side by side, so the whole is not atomic: others may see it half done, and an error may come
/// after some parts were carried out.
struct SplitCommand: Sendable {
    /// The keys of one slot.
    struct Part: Sendable {
        let slot: HashSlot
        let command: RawCommand
        /// Which keys of the whole these are, from 0.
        let places: [Int]
    }

    let name: String
    let split: CommandSplit
    /// In the order of the first key of each.
    let parts: [Part]

    /// Splits `command`, whose arguments are keys, or keys and values, and nothing else.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - split: how it is split.
    ///   - slots: the slot of each key.
    init(_ command: RawCommand, _ split: CommandSplit, slots: [HashSlot]) {
        var order: [HashSlot] = []
        var places: [HashSlot: [Int]] = [:]
        for (place, slot) in slots.enumerated() {
            if places[slot] == nil { order.append(slot) }
            places[slot, default: []].append(place)
        }
        self.name = command.name
        self.split = split
        self.parts = order.map { slot in
            let own = places[slot] ?? []
            let arguments = own.flatMap { place in
                command.arguments[(place * split.stride)..<((place + 1) * split.stride)]
            }
            return Part(slot: slot, command: command.replacingArguments(arguments), places: own)
        }
    }

    /// One reply from the replies of the parts, in their order.
    ///
    /// An error of a part is the error of the whole. When parts that write were carried out nevertheless, its text says
    /// so and has the name `ERR`, for which `RedisError.mayHaveBeenApplied` is true.
    func merged(_ replies: [RedisValue]) -> RedisValue {
        var failure: String?
        var succeeded = 0
        for reply in replies {
            guard case .error(let text) = reply else {
                succeeded += 1
                continue
            }
            failure = failure ?? text
        }
        if let failure {
            guard self.split.isWrite, succeeded > 0 else { return .error(failure) }
            return .error(
                "ERR \(succeeded) of \(replies.count) parts of \(self.name) were carried out, then: \(failure)"
            )
        }
        switch self.split {
        case .sum: return ReplyMerge.sum.merged(replies)
        case .pairs: return ReplyMerge.first.merged(replies)
        case .elements: return self.elements(replies)
        }
    }

    private func elements(_ replies: [RedisValue]) -> RedisValue {
        var all = [RedisValue](repeating: .null, count: self.parts.reduce(0) { $0 + $1.places.count })
        for (part, reply) in zip(self.parts, replies) {
            guard case .array(let values) = reply, values.count == part.places.count else { return ReplyMerge.mismatch }
            for (place, value) in zip(part.places, values) { all[place] = value }
        }
        return .array(all)
    }
}

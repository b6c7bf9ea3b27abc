import NIOCore

/// A change of what the broker remembers beside records, as it stands in the state log.
enum StateChange: Equatable {
    case commit(group: String, topic: String, partition: Int32, CommittedOffset)
    case forgetOffset(group: String, topic: String, partition: Int32)
    case generation(group: String, Int32)
    case forgetGroup(String)
    /// A group has members, who may be alive for so long after their last sign.
    case members(group: String, sessionTimeoutMilliseconds: Int64)
    /// A group has had no members since this time, in Unix milliseconds.
    case noMembers(group: String, since: Int64)
    /// Producer ids below this one may be in use.
    case producerIDs(below: Int64)

    /// Appends the change to `output`.
    func write(to output: inout ByteBuffer) {
        switch self {
        case .commit(let group, let topic, let partition, let committed):
            output.writeInteger(UInt8(1))
            Self.write(group, to: &output)
            Self.write(topic, to: &output)
            output.writeMultipleIntegers(partition, committed.offset, committed.leaderEpoch, committed.time)
            Self.write(committed.metadata, to: &output)
        case .forgetOffset(let group, let topic, let partition):
            output.writeInteger(UInt8(2))
            Self.write(group, to: &output)
            Self.write(topic, to: &output)
            output.writeInteger(partition)
        case .generation(let group, let generation):
            output.writeInteger(UInt8(3))
            Self.write(group, to: &output)
            output.writeInteger(generation)
        case .forgetGroup(let group):
            output.writeInteger(UInt8(4))
            Self.write(group, to: &output)
        case .producerIDs(let below):
            output.writeInteger(UInt8(5))
            output.writeInteger(below)
        case .members(let group, let timeout):
            output.writeInteger(UInt8(6))
            Self.write(group, to: &output)
            output.writeInteger(timeout)
        case .noMembers(let group, let time):
            output.writeInteger(UInt8(7))
            Self.write(group, to: &output)
            output.writeInteger(time)
        }
    }

    /// Takes a change off `input`; nil when it is not one.
    init?(reading input: inout ByteBuffer) {
        guard let kind = input.readInteger(as: UInt8.self) else { return nil }
        switch kind {
        case 1:
            guard let group = Self.string(&input), let topic = Self.string(&input),
                let (partition, offset, epoch, time) = input.readMultipleIntegers(
                    as: (Int32, Int64, Int32, Int64).self
                ),
                let metadata = Self.string(&input)
            else { return nil }
            let committed = CommittedOffset(offset: offset, leaderEpoch: epoch, metadata: metadata, time: time)
            self = .commit(group: group, topic: topic, partition: partition, committed)
        case 2:
            guard let group = Self.string(&input), let topic = Self.string(&input),
                let partition = input.readInteger(as: Int32.self)
            else { return nil }
            self = .forgetOffset(group: group, topic: topic, partition: partition)
        case 3:
            guard let group = Self.string(&input), let generation = input.readInteger(as: Int32.self) else {
                return nil
            }
            self = .generation(group: group, generation)
        case 4:
            guard let group = Self.string(&input) else { return nil }
            self = .forgetGroup(group)
        case 5:
            guard let below = input.readInteger(as: Int64.self) else { return nil }
            self = .producerIDs(below: below)
        case 6, 7:
            guard let group = Self.string(&input), let number = input.readInteger(as: Int64.self) else { return nil }
            self =
                kind == 6
                ? .members(group: group, sessionTimeoutMilliseconds: number) : .noMembers(group: group, since: number)
        default: return nil
        }
    }

    private static func write(_ text: String, to output: inout ByteBuffer) {
        output.writeInteger(UInt32(text.utf8.count))
        output.writeString(text)
    }

    private static func string(_ input: inout ByteBuffer) -> String? {
        guard let length = input.readInteger(as: UInt32.self), length <= input.readableBytes else { return nil }
        return input.readString(length: Int(length))
    }
}

/// Decodes a frame that holds one struct value, whose fields are matched by name, as Go does.
///
/// It remembers the last definition it has read: a client sends the same one in every frame, so most frames cost one
/// comparison of bytes instead of a parse. Not shared between threads; keep one per event loop.
struct GobStructDecoder {
    /// A field of the sender's type: where it goes and how to read it.
    private struct IncomingField {
        /// The index among the receiver's fields; -1 for one that is skipped.
        var target: Int16
        /// The predefined type, or 0 for one that cannot be read.
        var kind: Int16
    }

    /// The sender's type: its fields in the order of the definition.
    private struct Plan {
        var fields: [IncomingField]
    }

    /// More definitions than this in one frame are taken for an attack.
    private static let definitionsMax = 256

    private let known: [Gob.Field]
    private var lastDefinition: [UInt8] = []
    private var lastID: Int64 = 0
    private var lastPlan = Plan(fields: [])

    init(fields known: [Gob.Field]) {
        self.known = known
    }

    /// Reads the first value of `frame` and calls `assign` with the receiver's field index and a reader at its value.
    ///
    /// - Parameters:
    ///   - frame: a complete stream of definitions and one value.
    ///   - assign: has to read exactly one value of the field's kind.
    /// - Throws: when the frame is no such stream, and what `assign` throws.
    mutating func decode(
        _ frame: UnsafeRawBufferPointer,
        _ assign: (Int, inout GobReader) throws(EnvelopeError) -> Void
    ) throws(EnvelopeError) {
        var reader = GobReader(frame)
        var plans: [Int64: Plan] = [:]
        var rememberedIsDefined = false
        while true {
            guard !reader.isAtEnd else { throw EnvelopeError(.truncated, "no value") }
            var segment = try reader.readSegment()
            let whole = segment.rest()
            let typeID = try segment.readInt()
            guard typeID < 0 else {
                if rememberedIsDefined, typeID == self.lastID {
                    return try Self.readValue(&segment, self.lastPlan, assign)
                }
                guard let plan = plans[typeID] else {
                    throw EnvelopeError(.malformed, "a value of type \(typeID), which is not defined")
                }
                return try Self.readValue(&segment, plan, assign)
            }
            guard typeID > Int64.min, plans[-typeID] == nil, !(rememberedIsDefined && -typeID == self.lastID) else {
                throw EnvelopeError(.malformed, "type \(typeID) is defined twice")
            }
            if !rememberedIsDefined, plans.isEmpty, whole.elementsEqual(self.lastDefinition) {
                rememberedIsDefined = true
                continue
            }
            guard plans.count < Self.definitionsMax else { throw EnvelopeError(.unsupported, "too many definitions") }
            let plan = try self.readDefinition(&segment)
            if !rememberedIsDefined, plans.isEmpty, whole.count <= 1024 {
                self.lastDefinition = Array(whole)
                self.lastID = -typeID
                self.lastPlan = plan
                rememberedIsDefined = true
            } else {
                plans[-typeID] = plan
            }
        }
    }

    private static func readValue(
        _ segment: inout GobReader,
        _ plan: Plan,
        _ assign: (Int, inout GobReader) throws(EnvelopeError) -> Void
    ) throws(EnvelopeError) {
        guard plan.fields.contains(where: { $0.target >= 0 }) else {
            throw EnvelopeError(.malformed, "a value whose type shares no field with the envelope")
        }
        var index = -1
        while true {
            let delta = try segment.readUInt()
            guard delta > 0 else { break }
            guard delta <= UInt64(plan.fields.count - 1 - index) else {
                throw EnvelopeError(.malformed, "a field beyond the last one of its type")
            }
            index += Int(delta)
            let field = plan.fields[index]
            if field.target >= 0 {
                try assign(Int(field.target), &segment)
            } else {
                try segment.skip(kind: Int64(field.kind))
            }
        }
        guard segment.isAtEnd else { throw EnvelopeError(.malformed, "bytes after the value") }
    }

    /// Reads the wire type that follows the type id in a definition segment.
    ///
    /// Definitions of anything but a struct give a plan without fields: legal unless the value is of that type.
    private func readDefinition(_ segment: inout GobReader) throws(EnvelopeError) -> Plan {
        var plan = Plan(fields: [])
        guard try segment.readUInt() == 3 else { return plan }
        var index: UInt64 = 0
        while true {
            let delta = try segment.readUInt()
            guard delta > 0 else { break }
            index &+= delta
            switch index {
            case 1: try Self.skipCommonType(&segment)
            case 2: plan = try self.readFields(&segment)
            default: throw EnvelopeError(.malformed, "an unknown field of a struct type")
            }
        }
        guard try segment.readUInt() == 0, segment.isAtEnd else {
            throw EnvelopeError(.malformed, "bytes after a type definition")
        }
        return plan
    }

    private func readFields(_ segment: inout GobReader) throws(EnvelopeError) -> Plan {
        let count = try segment.readCount()
        var plan = Plan(fields: [])
        plan.fields.reserveCapacity(min(count, 64))
        for _ in 0..<count {
            plan.fields.append(try self.readField(&segment))
        }
        return plan
    }

    private func readField(_ segment: inout GobReader) throws(EnvelopeError) -> IncomingField {
        var name = UnsafeRawBufferPointer(start: nil, count: 0)
        var kind: Int64 = 0
        var index: UInt64 = 0
        while true {
            let delta = try segment.readUInt()
            guard delta > 0 else { break }
            index &+= delta
            switch index {
            case 1: name = try segment.readBytes()
            case 2: kind = try segment.readInt()
            default: throw EnvelopeError(.malformed, "an unknown field of a field type")
            }
        }
        let readable = (1...6).contains(kind) ? Int16(truncatingIfNeeded: kind) : 0
        guard let target = self.known.firstIndex(where: { name.elementsEqual($0.name) }) else {
            return IncomingField(target: -1, kind: readable)
        }
        guard self.known[target].kind == kind else {
            throw EnvelopeError(.wrongType, "field \(target) is of type \(kind)")
        }
        return IncomingField(target: Int16(truncatingIfNeeded: target), kind: readable)
    }

    private static func skipCommonType(_ segment: inout GobReader) throws(EnvelopeError) {
        var index: UInt64 = 0
        while true {
            let delta = try segment.readUInt()
            guard delta > 0 else { return }
            index &+= delta
            switch index {
            case 1: _ = try segment.readBytes()
            case 2: _ = try segment.readInt()
            default: throw EnvelopeError(.malformed, "an unknown field of a common type")
            }
        }
    }
}

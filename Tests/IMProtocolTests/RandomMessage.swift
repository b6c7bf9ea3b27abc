import TestKit

@testable import IMProtocol

/// Makes messages of any type in binary form.
enum RandomMessage {
    private static let texts = ["a", "user_1", "<&>\"\\\u{2028}", "é😀", "\u{1}\n", "18446744073709551615"]

    /// A message with each field present in about two of three cases; below four levels fields are mostly absent.
    static func binary(_ schema: MessageSchema, depth: Int, using random: inout SeededGenerator) -> [UInt8] {
        var writer = WireWriter()
        for field in schema.fields where Int.random(in: 0..<3 + depth, using: &random) < 2 && depth < 6 {
            switch field.label {
            case .single, .optional:
                Self.write(field.number, field.kind, depth, to: &writer, using: &random)
            case .repeated:
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    Self.write(field.number, field.kind, depth, to: &writer, using: &random)
                }
            case .map(let key):
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    var entry = WireWriter()
                    Self.write(1, .scalar(key), depth, to: &entry, using: &random)
                    Self.write(2, field.kind, depth, to: &entry, using: &random)
                    writer.write(field.number, entry.bytes)
                }
            }
        }
        return writer.bytes
    }

    private static func write(
        _ number: Int,
        _ kind: FieldKind,
        _ depth: Int,
        to writer: inout WireWriter,
        using random: inout SeededGenerator
    ) {
        switch kind {
        case .message(let index):
            writer.write(number, Self.binary(MessageSchemas.all.list[index], depth: depth + 1, using: &random))
        case .wrapper(let scalar):
            var inner = WireWriter()
            if Bool.random(using: &random) {
                Self.write(1, .scalar(scalar), depth, to: &inner, using: &random)
            }
            writer.write(number, inner.bytes)
        case .scalar(.string):
            writer.write(number, [UInt8]((Self.texts.randomElement(using: &random) ?? "").utf8))
        case .scalar(.bytes):
            let count = Int.random(in: 0...5, using: &random)
            writer.write(number, (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        case .scalar(let scalar):
            writer.write(number, scalar.wireType, Self.number(scalar, using: &random))
        }
    }

    private static func number(_ kind: ScalarKind, using random: inout SeededGenerator) -> UInt64 {
        let bits: UInt64 = [0, 1, .max, random.next(), random.next() >> 40].randomElement(using: &random) ?? 0
        return switch kind {
        case .bool: bits & 1
        case .int32, .enum: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: bits)))
        case .uint32: bits & 0xFFFF_FFFF
        case .double: Double(Int32(truncatingIfNeeded: bits)).bitPattern
        case .float: UInt64(Float(Int16(truncatingIfNeeded: bits)).bitPattern)
        default: bits
        }
    }
}

@testable import Mongo

/// Makes values and documents of all types by chance.
struct RandomBSON {
    var random: any RandomNumberGenerator
    /// Characters of texts and keys, in one to four bytes each; a zero byte comes in texts only.
    private static let characters: [Character] = [
        "a", "b", "$", ".", "0", "_", "ä", "€", "漢", "💬", "\u{FFFD}", "\u{7F}",
    ]
    private static let numbers: [Int64] = [0, 1, -1, 127, 255, .min, .max, 1 << 31, -1 << 31, 1 << 53, (1 << 53) + 1]

    init(_ random: any RandomNumberGenerator) {
        self.random = random
    }

    mutating func below(_ bound: Int) -> Int {
        Int(self.random.next() % UInt64(bound))
    }

    mutating func text(zeros: Bool = false) -> String {
        let count = self.below(8) == 0 ? self.below(40) : self.below(9)
        return String((0..<count).map { _ in self.character(zeros: zeros) })
    }

    private mutating func character(zeros: Bool) -> Character {
        if zeros, self.below(16) == 0 { return "\0" }
        return Self.characters[self.below(Self.characters.count)]
    }

    mutating func bytes() -> [UInt8] {
        (0..<self.below(20)).map { _ in UInt8(truncatingIfNeeded: self.below(256)) }
    }

    mutating func int64() -> Int64 {
        switch self.below(3) {
        case 0: Self.numbers[self.below(Self.numbers.count)]
        case 1: Int64(self.below(1_000)) - 500
        default: Int64(truncatingIfNeeded: self.random.next())
        }
    }

    mutating func objectID() -> BSONObjectID {
        BSONObjectID(high: self.random.next(), low: UInt32(truncatingIfNeeded: self.random.next()))
    }

    mutating func document(levels: Int, keysMax: Int = 8) -> BSONDocument {
        BSONDocument((0..<self.below(keysMax)).map { _ in (self.text(), self.value(levels: levels)) })
    }

    /// A value with at most `levels` levels of documents and arrays.
    mutating func value(levels: Int) -> BSONValue {
        let kind = self.below(levels > 0 ? 24 : 18)
        switch kind {
        case 0: return .double(Double(bitPattern: self.random.next()))
        case 1: return .double(Double(self.below(2_000)) / 4 - 250)
        case 2, 3, 4: return .string(self.text(zeros: true))
        case 5: return .binary(self.bytes(), subtype: [0, 2, 3, 4, 5, 0x80, 0xFF][self.below(7)])
        case 6: return .objectID(self.objectID())
        case 7: return .bool(self.below(2) == 0)
        case 8: return .dateTime(self.int64())
        case 9: return .null
        case 10: return .regex(pattern: self.text(), options: ["", "i", "imsx"][self.below(3)])
        case 11, 12: return .int32(Int32(truncatingIfNeeded: self.int64()))
        case 13, 14: return .int64(self.int64())
        case 15: return .timestamp(seconds: UInt32(self.below(1 << 32)), increment: UInt32(self.below(1 << 32)))
        case 16: return .decimal128(BSONDecimal128(low: self.random.next(), high: self.random.next()))
        case 17: return self.rare()
        case 18: return .javaScriptWithScope(self.text(), self.document(levels: levels - 1, keysMax: 3))
        case 19, 20, 21: return .document(self.document(levels: levels - 1))
        default: return .array((0..<self.below(12)).map { _ in self.value(levels: levels - 1) })
        }
    }

    private mutating func rare() -> BSONValue {
        switch self.below(6) {
        case 0: .undefined
        case 1: .minKey
        case 2: .maxKey
        case 3: .dbPointer(self.text(), self.objectID())
        case 4: .javaScript(self.text())
        default: .symbol(self.text())
        }
    }
}

extension RandomBSON {
    /// `bytes` with a few changes, of the kinds that break parsers.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...self.below(3) where !bytes.isEmpty {
            let index = self.below(bytes.count)
            switch self.below(10) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: self.below(256))
            case 1: bytes[index] ^= 1 << UInt8(self.below(8))
            case 2: bytes[index] &+= 1
            case 3: bytes[index] = 0
            case 4: bytes[index] = [0xFF, 0x7F, 0x80, 0xC0, 0x13, 0x14, 0x05, 0x0F, 0x02, 0x0C][self.below(10)]
            case 5: bytes.remove(at: index)
            case 6: bytes.insert(UInt8(truncatingIfNeeded: self.below(20)), at: index)
            case 7: bytes.removeLast(min(bytes.count, self.below(9)))
            case 8: self.exchange(&bytes)
            default: self.changeLength(&bytes, index)
            }
        }
        // Mostly with the right length in front, or all else would be refused for that alone.
        if bytes.count >= 5, self.below(8) > 0 {
            Self.setLength(&bytes, 0, Int32(bytes.count))
        }
        return bytes
    }

    private mutating func exchange(_ bytes: inout [UInt8]) {
        bytes.swapAt(self.below(bytes.count), self.below(bytes.count))
    }

    /// Changes four bytes as a length by a little, or to an extreme.
    private mutating func changeLength(_ bytes: inout [UInt8], _ index: Int) {
        guard index + 4 <= bytes.count else { return }
        let extremes: [Int32] = [.max, .min, -1, 0, 1, 4, 5, 6]
        Self.setLength(&bytes, index, extremes[self.below(extremes.count)])
    }

    private static func setLength(_ bytes: inout [UInt8], _ index: Int, _ length: Int32) {
        for offset in 0..<4 {
            bytes[index + offset] = UInt8(truncatingIfNeeded: length >> (8 * Int32(offset)))
        }
    }
}

import FoundationEssentials
import Mongo

/// A value with members of many types.
struct CodedMessage: Codable, Equatable {
    enum Kind: String, Codable { case text, picture }
    struct Push: Codable, Equatable {
        var title: String
        var badge: Bool?
    }
    var id: BSONObjectID
    var kind: Kind
    var seq: Int64
    var status: Int32
    var size: UInt16
    var ratio: Double
    var users: [String]?
    var options: [String: Bool]
    var push: Push?
    var pushes: [Push?]
    var at: Date
    var data: Data
    var raw: [UInt8]
    var uuid: UUID
    var price: BSONDecimal128
    var extra: BSONDocument
    var any: [BSONValue]
    var matrix: [[Int]]
    var share: Float
    var big: UInt64

    static let sample = CodedMessage(
        id: BSONObjectID.generate(secondsSince1970: 5),
        kind: .picture,
        seq: 1 << 40,
        status: -1,
        size: 9,
        ratio: 0.5,
        users: nil,
        options: ["a": true],
        push: .init(title: "t", badge: nil),
        pushes: [.init(title: "1", badge: true), nil, .init(title: "2", badge: nil)],
        at: Date(timeIntervalSince1970: 1_700_000_000.001),
        data: Data([1, 2]),
        raw: [3],
        uuid: UUID(),
        price: BSONDecimal128(low: 150, high: 0x303C_0000_0000_0000),
        extra: ["k": ["d": 1]],
        any: [1, nil, "x"],
        matrix: [[1], [], [2, 3]],
        share: 0.1,
        big: 5
    )
}

/// A value that uses every kind of container.
struct CodedByHand: Codable, Equatable {
    private enum Key: String, CodingKey { case first, nested, list, last, x, z, q, s, `super` }

    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .first)
        var nested = container.nestedContainer(keyedBy: Key.self, forKey: .nested)
        try nested.encode("y", forKey: .x)
        var list = container.nestedUnkeyedContainer(forKey: .list)
        try list.encode(1)
        var inner = list.nestedUnkeyedContainer()
        var keyed = list.nestedContainer(keyedBy: Key.self)
        try list.encodeNil()
        try container.encode(2, forKey: .last)
        try nested.encode("late", forKey: .z)
        try keyed.encode(true, forKey: .q)
        try inner.encode(2)
        let parent = container.superEncoder()
        var inherited = parent.container(keyedBy: Key.self)
        try inherited.encode(3, forKey: .s)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var list = try container.nestedUnkeyedContainer(forKey: .list)
        let nested = try container.nestedContainer(keyedBy: Key.self, forKey: .nested)
        let inherited = try container.superDecoder().container(keyedBy: Key.self)
        let numbers = [
            try container.decode(Int.self, forKey: .first), try container.decode(Int.self, forKey: .last),
            try inherited.decode(Int.self, forKey: .s), try list.decode(Int.self),
        ]
        var inner = try list.nestedUnkeyedContainer()
        let two = try inner.decode(Int.self)
        let keyed = try list.nestedContainer(keyedBy: Key.self)
        let texts = [try nested.decode(String.self, forKey: .x), try nested.decode(String.self, forKey: .z)]
        guard numbers == [1, 2, 3, 1], two == 2, inner.isAtEnd, texts == ["y", "late"],
            try keyed.decode(Bool.self, forKey: .q), try list.decodeNil(), list.isAtEnd, list.count == 4,
            Set(container.allKeys) == [.first, .nested, .list, .last, .super]
        else { throw DecodingError.dataCorruptedError(forKey: .list, in: container, debugDescription: "secret") }
    }
}

/// A value as deep as wanted.
final class CodedChain: Codable {
    let next: CodedChain?

    init(levels: Int) {
        self.next = levels > 0 ? CodedChain(levels: levels - 1) : nil
    }

    var levels: Int {
        self.next.map { $0.levels + 1 } ?? 0
    }
}

import FoundationEssentials
import Testing

@testable import Mongo

@Suite struct BSONCodingTests {
    @Test func `a struct with all kinds of members comes back as it was`() throws {
        let message = CodedMessage.sample
        let document = try BSONDocument(encoding: message)
        #expect(try document.decoded(as: CodedMessage.self) == message)
        #expect(document["at"] == .dateTime(1_700_000_000_001))
        #expect(document["data"] == .binary([1, 2], subtype: 0) && document["raw"] == .binary([3], subtype: 0))
        #expect(document["seq"] == .int64(1 << 40) && document["status"] == .int32(-1))
        #expect(document["kind"] == "picture")
        #expect(document["matrix"] == [[.int64(1)], [], [.int64(2), .int64(3)]])
        #expect(document.keys.first == "id" && document["users"] == nil)
        #expect(LibBSON.validates(document.bytes))
        #expect(try BSONDecoder().decode(BSONDocument.self, from: document) == document)
        #expect(try BSONDocument(encoding: document) == document)
    }

    @Test func `dates and data have other forms on demand`() throws {
        struct Pair: Codable, Equatable {
            var date = Date(timeIntervalSince1970: 1.5)
            var data = Data([1])
        }
        let seconds = try BSONEncoder(dateStrategy: .seconds, dataStrategy: .array).encode(Pair())
        #expect(seconds == ["date": 1.5, "data": [1]])
        #expect(try BSONDecoder(dateStrategy: .seconds, dataStrategy: .array).decode(from: seconds) == Pair())
        let milliseconds = try BSONEncoder(dateStrategy: .milliseconds, dataStrategy: .binary(subtype: 9)).encode(
            Pair()
        )
        #expect(milliseconds == ["date": .int64(1_500), "data": .binary([1], subtype: 9)])
        #expect(try BSONDecoder(dateStrategy: .milliseconds).decode(from: milliseconds) == Pair())
        for number in stride(from: Int64(-62_135_596_800_000), through: 4_000_000_000_000, by: 7_777_777_777) {
            let document: BSONDocument = ["date": .dateTime(number), "data": .binary([], subtype: 0)]
            #expect(try BSONDocument(encoding: document.decoded(as: Pair.self)) == document)
        }
    }

    @Test func `containers within may be filled in any order, and super has a place of its own`() throws {
        let document = try BSONDocument(encoding: CodedByHand())
        #expect(
            document == [
                "first": .int64(1), "nested": ["x": "y", "z": "late"],
                "list": [.int64(1), [.int64(2)], ["q": true], nil],
                "last": .int64(2), "super": ["s": .int64(3)],
            ]
        )
        #expect(try document.decoded(as: CodedByHand.self) == CodedByHand())
    }

    @Test func `an error names the path and no value`() {
        struct Inner: Codable { var number: UInt64 = .max }
        struct Outer: Codable { var list = [["k": [Inner()]]] }
        self.expectFault("list[0].k[0].number: the number does not fit an int64") {
            _ = try BSONDocument(encoding: Outer())
        }
        let key = "a\0b"
        self.expectFault("list.a\u{2400}b: the key holds a zero byte") {
            _ = try BSONDocument(encoding: ["list": [key: 1]])
        }
        self.expectFault("does not encode itself with keys") { _ = try BSONDocument(encoding: [1, 2]) }
        self.expectFault("does not encode itself with keys") { _ = try BSONDocument(encoding: 5) }
        self.expectFault("date does not fit") {
            _ = try BSONDocument(encoding: ["d": Date(timeIntervalSince1970: 1e30)])
        }
        self.expectFault("date does not fit") {
            _ = try BSONDocument(encoding: ["d": Date(timeIntervalSince1970: .nan)])
        }
        let wrong: BSONDocument = ["list": [["k": [["number": "secret"]]]]]
        self.expectFault("list[0].k[0].number: holds string, not an integer of this type") {
            _ = try wrong.decoded(as: Outer.self)
        }
        let missing: BSONDocument = ["list": [["k": [[:]]]]]
        self.expectFault("list[0].k[0].number: the key is missing") { _ = try missing.decoded(as: Outer.self) }
        let negative: BSONDocument = ["list": [["k": [["number": -1]]]]]
        self.expectFault("list[0].k[0].number: holds int32 whose number") { _ = try negative.decoded(as: Outer.self) }
        let flat: BSONDocument = ["list": "secret"]
        self.expectFault("list: holds string, not an array") { _ = try flat.decoded(as: Outer.self) }
        let empty: BSONDocument = ["list": nil]
        self.expectFault("list: holds null") { _ = try empty.decoded(as: Outer.self) }
        let kind: BSONDocument = ["kind": "secret"]
        self.expectFault("kind: holds a value that its type refuses") {
            _ = try kind.decoded(as: [String: CodedMessage.Kind].self)
        }
        self.expectFault("uuid: holds a binary that is no UUID") {
            _ = try (["uuid": .binary([1], subtype: 4)] as BSONDocument).decoded(as: [String: UUID].self)
        }
    }

    @Test func `too many levels are an error both ways`() throws {
        self.expectFault("more than 200 levels") { _ = try BSONDocument(encoding: CodedChain(levels: 250)) }
        let fits = try BSONDocument(encoding: CodedChain(levels: 199))
        #expect(try fits.decoded(as: CodedChain.self).levels == 199)
    }

    @Test func `a value may try one type after the other`() throws {
        struct Either: Decodable {
            var text: String
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                do {
                    self.text = try container.decode(String.self)
                } catch DecodingError.typeMismatch {
                    self.text = "\(try container.decode(Int.self))"
                }
            }
        }
        let document: BSONDocument = ["a": "x", "b": 5]
        #expect(try document.decoded(as: [String: Either].self).mapValues(\.text) == ["a": "x", "b": "5"])
    }

    @Test func `numbers are read as other number types as long as nothing is lost`() throws {
        let document: BSONDocument = ["a": 5.0, "b": .int64(5), "c": 5]
        #expect(try document.decoded(as: [String: UInt8].self) == ["a": 5, "b": 5, "c": 5])
        #expect(try document.decoded(as: [String: Double].self) == ["a": 5, "b": 5, "c": 5])
        #expect(try document.decoded(as: [String: Float].self) == ["a": 5, "b": 5, "c": 5])
        #expect(throws: MongoError.self) { try (["a": 1e300] as BSONDocument).decoded(as: [String: Float].self) }
        #expect(throws: MongoError.self) { try (["a": 5.5] as BSONDocument).decoded(as: [String: Int].self) }
        #expect(throws: MongoError.self) { try (["a": 256] as BSONDocument).decoded(as: [String: UInt8].self) }
    }

    private func expectFault(
        _ part: String,
        at location: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("no error", sourceLocation: location)
        } catch {
            let text = "\(error)"
            #expect(error is MongoError && text.contains(part) && !text.contains("secret"), sourceLocation: location)
        }
    }
}

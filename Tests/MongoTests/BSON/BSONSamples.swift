@testable import Mongo

/// Documents for the tests.
enum BSONSamples {
    /// One value of every type and the edges of each.
    static let values: [BSONValue] = [
        .double(0), .double(-0.0), .double(.infinity), .double(.leastNonzeroMagnitude),
        .double(.greatestFiniteMagnitude),
        .string(""), .string("a\0b"), .string("ünïcödé 💬"), .document([:]), .document(["a": ["b": ["c": 1]]]),
        .array([]), .array([1, "two", nil, [3.5], ["k": true]]), .binary([], subtype: 0),
        .binary([0, 255], subtype: 4),
        .binary([1, 2, 3], subtype: 2), .binary([9], subtype: 0x80), .undefined,
        .objectID(BSONObjectID.generate(secondsSince1970: .max)), .bool(true), .bool(false), .dateTime(.min),
        .dateTime(.max),
        .null, .regex(pattern: "", options: ""), .regex(pattern: "^a.*ö$", options: "im"),
        .dbPointer("db.c", BSONObjectID.generate(secondsSince1970: 0)), .javaScript("f()"), .symbol("s"),
        .javaScriptWithScope("f(x)", ["x": 1]), .int32(.min), .int32(.max), .timestamp(seconds: .max, increment: 1),
        .int64(.min), .int64(.max), .decimal128(BSONDecimal128(low: .max, high: 0x3040_0000_0000_0000)), .minKey,
        .maxKey,
    ]

    /// All of `values` in one document, below some more levels as well.
    static var everything: BSONDocument {
        var document = BSONDocument()
        for (index, value) in self.values.enumerated() {
            document.append("key \(index)", value)
        }
        document.append("again", .array([.document(document), .array([.document(document)])]))
        return document
    }
}

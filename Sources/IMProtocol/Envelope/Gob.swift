/// What the envelope needs to know of Go's gob format: every frame is a complete stream of segments, type definitions
/// first and one value last.
enum Gob {
    /// A predefined type, by its id; types that a stream defines itself have ids from 64 on.
    enum Kind {
        static let bool: Int64 = 1
        static let int: Int64 = 2
        static let uint: Int64 = 3
        static let float: Int64 = 4
        static let bytes: Int64 = 5
        static let string: Int64 = 6
    }

    /// A field as the receiver knows it.
    struct Field: Sendable {
        let name: [UInt8]
        let kind: Int64

        init(_ name: String, _ kind: Int64) {
            self.name = Array(name.utf8)
            self.kind = kind
        }
    }

    /// The type id in the definitions below.
    ///
    /// The number is free, for it only has to match within one frame.
    static let envelopeTypeID: Int64 = 64

    /// The complete definition segment of a struct type with `envelopeTypeID`.
    static func definitionSegment(typeName: String, fields: [Field]) -> [UInt8] {
        var body = GobWriter()
        body.writeInt(-self.envelopeTypeID)
        body.writeUInt(3)  // wireType, field 2: struct
        body.writeUInt(1)  // structType, field 0: common
        body.writeUInt(1)
        body.writeBytes(typeName.utf8)
        body.writeUInt(1)
        body.writeInt(self.envelopeTypeID)
        body.writeUInt(0)
        body.writeUInt(1)  // structType, field 1: fields
        body.writeUInt(UInt64(fields.count))
        for field in fields {
            body.writeUInt(1)
            body.writeBytes(field.name)
            body.writeUInt(1)
            body.writeInt(field.kind)
            body.writeUInt(0)
        }
        body.writeUInt(0)
        body.writeUInt(0)
        return body.segment()
    }
}

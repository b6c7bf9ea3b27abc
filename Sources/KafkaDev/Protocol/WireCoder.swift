import NIOCore

/// Reads or writes the primitive types of the protocol, in one version of one message.
///
/// Flexible versions have compact lengths and tagged fields, older ones have neither: the coder knows, the messages only
/// say what stands where. (Kafka protocol guide, "Protocol Primitive Types"; KIP-482.)
protocol WireCoder {
    /// Whether values are taken from bytes; otherwise they become bytes.
    static var isReading: Bool { get }
    /// The version of the message.
    var version: Int16 { get }

    mutating func int8(_ value: inout Int8) throws(WireError)
    mutating func int16(_ value: inout Int16) throws(WireError)
    mutating func int32(_ value: inout Int32) throws(WireError)
    mutating func int64(_ value: inout Int64) throws(WireError)
    /// A string that may be null.
    mutating func nullableString(_ value: inout String?) throws(WireError)
    /// Bytes, or a set of records, that may be null.
    mutating func nullableBytes(_ value: inout ByteBuffer?) throws(WireError)
    /// The length of an array, or null.
    mutating func arrayCount(_ count: Int?) throws(WireError) -> Int?
    /// The tagged fields at the end of a structure; none are written, all are skipped. Nothing in older versions.
    mutating func tags() throws(WireError)
}

extension WireCoder {
    mutating func bool(_ value: inout Bool) throws(WireError) {
        var byte: Int8 = value ? 1 : 0
        try self.int8(&byte)
        value = byte != 0
    }

    mutating func string(_ value: inout String) throws(WireError) {
        var optional: String? = value
        try self.nullableString(&optional)
        guard let text = optional else { throw .badLength }
        value = text
    }

    mutating func bytes(_ value: inout ByteBuffer) throws(WireError) {
        var optional: ByteBuffer? = value
        try self.nullableBytes(&optional)
        guard let bytes = optional else { throw .badLength }
        value = bytes
    }

    mutating func error(_ value: inout ErrorCode) throws(WireError) {
        var number = value.rawValue
        try self.int16(&number)
        value = ErrorCode(rawValue: number)
    }

    /// The time that a client shall wait for its quota: there are no quotas here.
    mutating func throttleTime() throws(WireError) {
        var milliseconds: Int32 = 0
        try self.int32(&milliseconds)
    }

    /// An array; null is read as an empty one.
    mutating func array<Element: WireValue>(_ values: inout [Element]) throws(WireError) {
        var optional: [Element]? = values
        try self.nullableArray(&optional)
        values = optional ?? []
    }

    mutating func nullableArray<Element: WireValue>(_ values: inout [Element]?) throws(WireError) {
        let count = try self.arrayCount(values?.count)
        guard Self.isReading else {
            for var value in values ?? [] { try value.code(&self) }
            return
        }
        guard let count else {
            values = nil
            return
        }
        // Not reserved: a length is only believed as far as its elements arrive.
        var read: [Element] = []
        for _ in 0..<count {
            var value = Element()
            try value.code(&self)
            read.append(value)
        }
        values = read
    }
}

/// Collects values in PostgreSQL's binary format, one after the other.
public struct PostgresValueWriter: Sendable, Hashable {
    /// What has been written.
    @usableFromInline private(set) var bytes: [UInt8] = []
    /// Whether the value that is being written turned out to be NULL.
    @usableFromInline private(set) var isNull = false
    /// Why the first value that cannot be sent cannot be sent.
    @usableFromInline private(set) var refusal: String?

    /// An empty writer.
    @usableFromInline
    init(capacity: Int = 0) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an integer in network byte order.
    @inlinable
    public mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { self.bytes.append(contentsOf: $0) }
    }

    /// Writes bytes as they are.
    @inlinable
    public mutating func write(bytes: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: bytes)
    }

    /// Writes the UTF-8 bytes of a text; one with U+0000 is refused, since no type of PostgreSQL can hold it.
    public mutating func write(text: String) {
        var text = text
        let hasZero = text.withUTF8 { utf8 in
            self.bytes.append(contentsOf: utf8)
            return utf8.contains(0)
        }
        if hasZero { self.refuse("a text must not contain the character U+0000, which PostgreSQL cannot hold") }
    }

    /// Makes the value NULL; nothing else may be written for it.
    @inlinable
    public mutating func writeNull() {
        self.isNull = true
    }

    /// Says that the value cannot be sent.
    ///
    /// - Parameter rule: what values of this type must be like; never the value itself.
    public mutating func refuse(_ rule: String) {
        // The first one is told; the others are often its consequences.
        self.refusal = self.refusal ?? rule
    }
}

extension PostgresValueWriter {
    @usableFromInline var position: Int {
        self.bytes.count
    }

    /// Writes a value without its length.
    ///
    /// - Returns: its length; nil for NULL, for which nothing is written.
    @inlinable
    mutating func writeValue<Value: PostgresEncodable>(_ value: Value) -> Int32? {
        let start = self.bytes.count
        value.encodePostgres(to: &self)
        guard !self.isNull else {
            self.isNull = false
            self.bytes.removeSubrange(start...)
            return nil
        }
        // The server takes no value of 1 GB or more.
        let length = self.bytes.count - start
        guard length < 1 << 30 else {
            self.refuse("a value has less than 1,073,741,824 bytes")
            self.bytes.removeSubrange(start...)
            return 0
        }
        return Int32(truncatingIfNeeded: length)
    }

    /// Writes a value after its length, as in arrays and COPY; the length of NULL is -1.
    ///
    /// - Returns: whether it is NULL.
    @inlinable
    mutating func writeField<Value: PostgresEncodable>(_ value: Value) -> Bool {
        let start = self.bytes.count
        self.write(-1 as Int32)
        guard let length = self.writeValue(value) else { return true }
        self.overwrite(length, at: start)
        return false
    }

    /// Replaces the four bytes at `position`.
    @usableFromInline
    mutating func overwrite(_ value: Int32, at position: Int) {
        for offset in 0..<4 {
            self.bytes[position + offset] = UInt8(truncatingIfNeeded: value >> (24 - 8 * Int32(offset)))
        }
    }

    /// Forgets what was written and keeps the memory.
    mutating func removeAll() {
        self.bytes.removeAll(keepingCapacity: true)
        self.isNull = false
        self.refusal = nil
    }
}

/// Writes gob primitives (wire.md, gob envelope) into a growing array.
struct GobWriter {
    private(set) var bytes: [UInt8] = []
    /// The index of the last field written into the struct value, -1 before the first.
    private var fieldIndex = -1

    init() {}

    /// Starts with `prefix`, with room for `capacity` further bytes.
    init(prefix: [UInt8], capacity: Int) {
        self.bytes.reserveCapacity(prefix.count + capacity)
        self.bytes.append(contentsOf: prefix)
    }

    mutating func writeUInt(_ value: UInt64) {
        guard value >= 128 else {
            self.bytes.append(UInt8(truncatingIfNeeded: value))
            return
        }
        let count = Self.significantBytes(value)
        self.bytes.append(UInt8(truncatingIfNeeded: 256 - count))
        var shift = count * 8
        while shift > 0 {
            shift -= 8
            self.bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    mutating func writeInt(_ value: Int64) {
        let bits = UInt64(bitPattern: value) << 1
        self.writeUInt(value < 0 ? ~bits : bits)
    }

    mutating func writeBytes(_ value: some Collection<UInt8>) {
        self.writeUInt(UInt64(value.count))
        self.bytes.append(contentsOf: value)
    }

    /// Writes field `index` of a struct value; zero is left out, as the format demands.
    mutating func writeField(_ index: Int, _ value: Int32) {
        guard value != 0 else { return }
        self.writeDelta(to: index)
        self.writeInt(Int64(value))
    }

    /// Writes field `index` of a struct value; an empty value is left out, as the format demands.
    mutating func writeField(_ index: Int, _ value: some Collection<UInt8>) {
        guard !value.isEmpty else { return }
        self.writeDelta(to: index)
        self.writeBytes(value)
    }

    /// Ends a struct value.
    mutating func endStruct() {
        self.bytes.append(0)
        self.fieldIndex = -1
    }

    /// All that was written, with its length in front.
    func segment() -> [UInt8] {
        var whole = GobWriter()
        whole.writeBytes(self.bytes)
        return whole.bytes
    }

    /// The number of bytes that `writeUInt` writes.
    static func encodedCount(_ value: UInt64) -> Int {
        value < 128 ? 1 : 1 + self.significantBytes(value)
    }

    /// The number of bytes that `writeField` writes for a field directly after its predecessor or after a gap of less
    /// than 128.
    static func fieldCount(_ value: Int32) -> Int {
        guard value != 0 else { return 0 }
        let bits = UInt64(bitPattern: Int64(value)) << 1
        return 1 + self.encodedCount(value < 0 ? ~bits : bits)
    }

    /// As `fieldCount(_:)`, of a string or bytes of `count` bytes.
    static func fieldCount(bytes count: Int) -> Int {
        count == 0 ? 0 : 1 + self.encodedCount(UInt64(count)) + count
    }

    private mutating func writeDelta(to index: Int) {
        self.writeUInt(UInt64(index - self.fieldIndex))
        self.fieldIndex = index
    }

    private static func significantBytes(_ value: UInt64) -> Int {
        (71 - value.leadingZeroBitCount) / 8
    }
}

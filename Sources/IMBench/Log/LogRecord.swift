/// A record of a run's log: fixed size, little-endian.
protocol LogRecord: Sendable {
    /// Bytes of a record.
    static var size: Int { get }
    /// The name of the files that hold such records, without the number of the event loop.
    static var fileName: String { get }

    /// Reads a record from `size` bytes.
    init(_ bytes: UnsafeRawBufferPointer)
    /// Writes the record to `size` bytes.
    func write(to bytes: UnsafeMutableRawBufferPointer)
}

extension UnsafeRawBufferPointer {
    /// The little-endian integer at `offset`.
    func integer<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type = Value.self) -> Value {
        Value(littleEndian: self.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes a little-endian integer at `offset`.
    func put(_ value: some FixedWidthInteger, at offset: Int) {
        self.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
    }
}

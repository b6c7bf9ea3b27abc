extension RawSpan {
    /// The integer at `offset` in network byte order.
    ///
    /// The caller has compared `offset` with the length.
    @inlinable
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int = 0,
        as type: Value.Type = Value.self
    ) -> Value {
        Value(bigEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension BSONReader {
    /// Moves to the next element; false at the end.
    ///
    /// After a throw `elementStart` is that of the element at fault, and its key is known unless the key is the fault.
    mutating func step() throws(BSONDamage) -> Bool {
        let start = self.index
        // A value of two words: a call with `self` would copy all of it, right after parts of it were written.
        let extent = BSONExtent(root: self.root, end: self.end)
        self.elementStart = start
        guard start < extent.end else { return false }
        self.keyStart = start &+ 1
        self.keyCount = 0
        let keyEnd = try extent.zero(from: start &+ 1)
        self.keyCount = keyEnd &- start &- 1
        guard let type = BSONType(rawValue: extent.byte(start)) else { throw .unknownType }
        self.type = type
        self.valueStart = keyEnd &+ 1
        self.index = try extent.valueEnd(type, from: keyEnd &+ 1)
        return true
    }

    // MARK: - Bytes

    @inlinable
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        self.root.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inlinable
    @inline(__always)
    func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
        self.root.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }

    @inlinable
    @inline(__always)
    func int32(at offset: Int) -> Int {
        Int(Int32(littleEndian: self.load(offset)))
    }
}

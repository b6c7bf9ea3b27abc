// Parts of elements. Each asks for its room itself and does nothing after a fault.
extension BSONBuilder {
    /// Writes type and key of an element.
    ///
    /// Literals are the program's own, so a zero byte in one is looked for in debug builds only.
    @inlinable
    @inline(__always)
    mutating func begin(_ type: BSONType, _ key: StaticString) {
        guard key.hasPointerRepresentation else {
            self.begin(type, key.description)
            return
        }
        let keyCount = key.utf8CodeUnitCount
        guard self.reserve(keyCount &+ 2) else { return }
        let start = self.memory + self.count
        start.storeBytes(of: type.rawValue, as: UInt8.self)
        (start + 1).copyMemory(from: key.utf8Start, byteCount: keyCount)
        start.storeBytes(of: 0, toByteOffset: keyCount &+ 1, as: UInt8.self)
        self.count &+= keyCount &+ 2
        assert(!UnsafeBufferPointer(start: key.utf8Start, count: keyCount).contains(0), "zero byte in a literal key")
    }

    /// Writes type and key of an element.
    @usableFromInline
    mutating func begin(_ type: BSONType, _ key: String) {
        guard self.reserve(1) else { return }
        self.memory.storeBytes(of: type.rawValue, toByteOffset: self.count, as: UInt8.self)
        self.count &+= 1
        if !self.appendCString(key) {
            self.fail("the key holds a zero byte", below: key)
        }
    }

    /// Writes type and key of a value of an array.
    @usableFromInline
    mutating func begin(_ type: BSONType, index: Int) {
        // 20 digits are enough for any integer.
        guard self.reserve(22) else { return }
        let start = self.memory + self.count
        start.storeBytes(of: type.rawValue, as: UInt8.self)
        var digits = 1
        var bound = 10
        while index >= bound, digits < 18 {
            digits &+= 1
            bound &*= 10
        }
        var rest = index
        var place = digits
        while place > 0 {
            start.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: rest % 10), toByteOffset: place, as: UInt8.self)
            rest /= 10
            place &-= 1
        }
        start.storeBytes(of: 0, toByteOffset: digits &+ 1, as: UInt8.self)
        self.count &+= digits &+ 2
    }

    /// Writes an integer, the lowest byte first.
    @inlinable
    @inline(__always)
    mutating func appendInteger<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        guard self.reserve(MemoryLayout<Value>.size) else { return }
        self.memory.storeBytes(of: value.littleEndian, toByteOffset: self.count, as: Value.self)
        self.count &+= MemoryLayout<Value>.size
    }

    /// Writes bytes.
    @inlinable
    @inline(__always)
    mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
        guard self.reserve(bytes.count), let start = bytes.baseAddress else { return }
        (self.memory + self.count).copyMemory(from: start, byteCount: bytes.count)
        self.count &+= bytes.count
    }

    /// Writes a text with its length in front and a zero byte behind it.
    @inlinable
    @inline(__always)
    mutating func appendText(_ bytes: UnsafeRawBufferPointer) {
        // Beyond the limit `reserve` refuses, so the length fits an Int32.
        guard bytes.count <= BSONDocument.sizeMax, self.reserve(bytes.count &+ 5) else {
            return self.refuseSize()
        }
        let start = self.memory + self.count
        start.storeBytes(of: UInt32(truncatingIfNeeded: bytes.count &+ 1).littleEndian, as: UInt32.self)
        if let text = bytes.baseAddress {
            (start + 4).copyMemory(from: text, byteCount: bytes.count)
        }
        start.storeBytes(of: 0, toByteOffset: bytes.count &+ 4, as: UInt8.self)
        self.count &+= bytes.count &+ 5
    }

    /// Writes a text with its length in front and a zero byte behind it.
    @inlinable
    mutating func appendText(_ text: String) {
        var text = text
        text.withUTF8 { self.appendText(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a text with a zero byte behind it.
    ///
    /// - Returns: false when there is a zero byte in the text; what was written then is of no use.
    @usableFromInline
    mutating func appendCString(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            guard !utf8.contains(0) else { return false }
            self.appendBytes(bytes)
            self.appendInteger(0 as UInt8)
            return true
        }
    }

    /// Writes subtype and content of a binary, with the length in front.
    @usableFromInline
    mutating func appendBinary(_ bytes: UnsafeRawBufferPointer, subtype: UInt8) {
        guard bytes.count <= BSONDocument.sizeMax else { return self.refuseSize() }
        let isOld = subtype == Self.oldBinarySubtype
        self.appendInteger(UInt32(truncatingIfNeeded: isOld ? bytes.count + 4 : bytes.count))
        self.appendInteger(subtype)
        if isOld {
            self.appendInteger(UInt32(truncatingIfNeeded: bytes.count))
        }
        self.appendBytes(bytes)
    }

    /// Refuses what no document can hold, before sums with its size are made.
    @usableFromInline
    @inline(never)
    mutating func refuseSize() {
        self.fail("more than \(BSONDocument.sizeMax) bytes")
    }

    /// Whether bytes are UTF-8 as Unicode defines it; zero bytes are.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        guard let start = bytes.baseAddress else { return true }
        // Most texts are ASCII in long runs.
        while index &+ 8 <= count,
            start.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index &+= 8
        }
        guard index < count else { return true }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
        return (try? UTF8Span(validating: Span(_bytes: rest.bytes))) != nil
    }
}

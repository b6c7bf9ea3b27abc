/// Writes commands as RESP arrays of bulk strings, binary safe.
enum RESPWriter {
    /// Calls `body` with the bytes of `command`, which live on the stack when they are few.
    static func withBytes<Result>(of command: RawCommand, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        self.withBytes(size: self.size(command), { $0.append(command) }, body)
    }

    /// Calls `body` with the bytes of `commands`, one after the other.
    static func withBytes<Result>(of commands: [RawCommand], _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let size = commands.reduce(0) { $0 + self.size($1) }
        return self.withBytes(size: size, { for command in commands { $0.append(command) } }, body)
    }

    /// The bytes of `commands`, one after the other.
    static func encode(_ commands: [RawCommand]) -> [UInt8] {
        self.withBytes(of: commands) { Array($0) }
    }

    private static func withBytes<Result>(
        size: Int,
        _ write: (inout Cursor) -> Void,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer in
            var cursor = Cursor(buffer: buffer)
            write(&cursor)
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<cursor.count]))
        }
    }

    /// Exactly how many bytes a command takes.
    private static func size(_ command: RawCommand) -> Int {
        var size = self.headerSize(command.arguments.count + 1) + self.bulkSize(command.name.utf8.count)
        for argument in command.arguments {
            switch argument {
            case .string(let text): size += self.bulkSize(text.utf8.count)
            case .bytes(let value): size += self.bulkSize(value.count)
            case .integer(let number): size += self.bulkSize(number.decimalDigits)
            }
        }
        return size
    }

    private static func bulkSize(_ count: Int) -> Int {
        self.headerSize(count) + count + 2
    }

    /// A type byte, a count and the end of the line.
    private static func headerSize(_ count: Int) -> Int {
        Int64(count).decimalDigits + 3
    }

    /// Where the next byte goes, in a buffer that is as large as `size` said.
    private struct Cursor {
        let buffer: UnsafeMutableRawBufferPointer
        var count = 0

        mutating func append(_ command: RawCommand) {
            self.appendHeader(UInt8(ascii: "*"), command.arguments.count + 1)
            self.appendBulk(command.name)
            for argument in command.arguments {
                switch argument {
                case .string(let text): self.appendBulk(text)
                case .bytes(let value): value.withUnsafeBytes { self.appendBulk($0) }
                case .integer(let number):
                    self.appendHeader(UInt8(ascii: "$"), number.decimalDigits)
                    self.appendNumber(number)
                    self.appendLineEnd()
                }
            }
        }

        private mutating func appendBulk(_ text: String) {
            var text = text
            text.withUTF8 { self.appendBulk(UnsafeRawBufferPointer($0)) }
        }

        private mutating func appendBulk(_ bytes: UnsafeRawBufferPointer) {
            self.appendHeader(UInt8(ascii: "$"), bytes.count)
            UnsafeMutableRawBufferPointer(rebasing: self.buffer[self.count...]).copyMemory(from: bytes)
            self.count += bytes.count
            self.appendLineEnd()
        }

        private mutating func appendHeader(_ type: UInt8, _ count: Int) {
            self.appendByte(type)
            self.appendNumber(Int64(count))
            self.appendLineEnd()
        }

        private mutating func appendNumber(_ number: Int64) {
            let digits = number.decimalDigits
            var position = self.count + digits
            var rest = number.magnitude
            repeat {
                position -= 1
                self.buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { self.buffer[self.count] = UInt8(ascii: "-") }
            self.count += digits
        }

        private mutating func appendLineEnd() {
            self.appendByte(UInt8(ascii: "\r"))
            self.appendByte(UInt8(ascii: "\n"))
        }

        private mutating func appendByte(_ byte: UInt8) {
            self.buffer[self.count] = byte
            self.count += 1
        }
    }
}

extension Int64 {
    /// How many characters the number has in decimal digits, the sign included.
    fileprivate var decimalDigits: Int {
        var digits = self < 0 ? 2 : 1
        var rest = self.magnitude
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }
}

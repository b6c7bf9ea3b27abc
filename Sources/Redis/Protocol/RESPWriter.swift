/// Writes commands as RESP arrays of bulk strings, binary safe.
enum RESPWriter {
    /// The bytes of `commands`, one after the other.
    static func encode(_ commands: [RedisCommand]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(commands.reduce(0) { $0 + self.sizeEstimate($1) })
        for command in commands { self.append(command, to: &bytes) }
        return bytes
    }

    /// The bytes of `command`.
    static func encode(_ command: RedisCommand) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.sizeEstimate(command))
        self.append(command, to: &bytes)
        return bytes
    }

    private static func append(_ command: RedisCommand, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "*"))
        self.appendNumber(command.arguments.count + 1, to: &bytes)
        self.appendBulk(command.name.utf8, to: &bytes)
        for argument in command.arguments {
            switch argument {
            case .string(let text): self.appendBulk(text.utf8, to: &bytes)
            case .bytes(let value): self.appendBulk(value, to: &bytes)
            case .integer(let number): self.appendBulk(String(number).utf8, to: &bytes)
            }
        }
    }

    private static func appendBulk(_ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "$"))
        self.appendNumber(value.count, to: &bytes)
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends a count, which is never negative, and the end of the line.
    private static func appendNumber(_ number: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Never too small by much: room for the lengths and line ends is guessed.
    private static func sizeEstimate(_ command: RedisCommand) -> Int {
        var size = command.name.utf8.count + 20
        for argument in command.arguments {
            switch argument {
            case .string(let text): size += text.utf8.count + 12
            case .bytes(let value): size += value.count + 16
            case .integer: size += 26
            }
        }
        return size
    }
}

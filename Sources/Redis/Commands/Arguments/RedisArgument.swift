/// An argument of a command: any bytes.
public enum RedisArgument: Sendable, Hashable {
    /// A text, sent as UTF-8.
    case string(String)
    /// Bytes, sent as they are.
    case bytes([UInt8])
    /// A number, sent in decimal digits.
    case integer(Int64)

    /// The argument `text`.
    public init(_ text: String) {
        self = .string(text)
    }

    /// The argument `bytes`.
    public init(_ bytes: [UInt8]) {
        self = .bytes(bytes)
    }

    /// The argument `number`, in decimal digits.
    public init(_ number: some BinaryInteger) {
        if let small = Int64(exactly: number) {
            self = .integer(small)
        } else {
            self = .string(String(number))
        }
    }

    /// The argument `number`, in the fewest digits that the server reads as the very same value; `inf`, `-inf`.
    ///
    /// No command takes `nan`: the server refuses it.
    public init(_ number: Double) {
        self = .string(number.description)
    }
}

extension RedisArgument: ExpressibleByStringLiteral {
    /// The argument written as a text literal.
    public init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    /// The argument written as a number literal.
    public init(integerLiteral value: Int64) {
        self = .integer(value)
    }
}

extension RedisArgument: ExpressibleByFloatLiteral {
    /// The argument written as a decimal number literal.
    public init(floatLiteral value: Double) {
        self.init(value)
    }
}

/// Reads what arguments of a command mean.
enum CommandOptions {
    /// The value of `BLOCK` of `XREAD` and `XREADGROUP`, in milliseconds; `nil` without the option.
    ///
    /// The options end where `STREAMS` begins: a stream may be called `BLOCK`.
    static func blockMilliseconds(_ arguments: [RedisArgument]) -> Double? {
        var position = 0
        while position < arguments.count {
            switch arguments[position].uppercasedWord {
            case "STREAMS": return nil
            case "BLOCK": return position + 1 < arguments.count ? self.number(arguments[position + 1]) ?? 0 : 0
            // A group or a consumer may be called `BLOCK` or `STREAMS` too.
            case "GROUP": position += 3
            case "COUNT": position += 2
            default: position += 1
            }
        }
        return nil
    }

    /// The number that an argument spells.
    static func number(_ argument: RedisArgument?) -> Double? {
        switch argument {
        case .integer(let number): Double(number)
        case .string(let text): Double(text)
        case .bytes(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        case nil: nil
        }
    }
}

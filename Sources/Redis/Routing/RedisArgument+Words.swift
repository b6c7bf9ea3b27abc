/// Arguments as the words and numbers that say where a command's keys are.
extension RedisArgument {
    /// Whether this is `word`, which is in capitals, in whatever case.
    func isWord(_ word: String) -> Bool {
        switch self {
        case .string(let text): Self.matches(text.utf8, word)
        case .bytes(let bytes): Self.matches(bytes, word)
        case .integer: false
        }
    }

    /// The argument in capitals, if it is a text; to be looked up.
    var word: String? {
        switch self {
        case .string(let text): text.uppercased()
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)?.uppercased()
        case .integer: nil
        }
    }

    /// The argument as a number, if it is one.
    var number: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .string(let text): Int(text)
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self).flatMap { Int($0) }
        }
    }

    private static func matches(_ bytes: some Collection<UInt8>, _ word: String) -> Bool {
        guard bytes.count == word.utf8.count else { return false }
        return zip(bytes, word.utf8).allSatisfy { byte, capital in
            byte == capital || ((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) && byte - 32 == capital)
        }
    }
}

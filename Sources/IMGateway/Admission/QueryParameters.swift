/// The parameters of a URL's query, decoded as a web form: the first value of a key wins, pairs that cannot be decoded are
/// left out.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// - Parameter uri: a request target; only what lies between `?` and `#` counts.
    init(uri: String) {
        guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return }
        let query = uri.utf8[uri.utf8.index(after: mark)...].prefix { $0 != UInt8(ascii: "#") }
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let rawValue = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let key = Self.decode(pair[..<(equals ?? pair.endIndex)]), let value = Self.decode(rawValue),
                self.values[key] == nil
            else { continue }
            self.values[key] = value
        }
    }

    /// The value of `key`; empty when it is absent.
    subscript(key: String) -> String { self.values[key] ?? "" }

    /// Percent-decodes, `+` as a space; nil when a `%` is not followed by two hex digits.
    private static func decode(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = self.hexValue(rest.next()), let low = self.hexValue(rest.next()) else { return nil }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8?) -> UInt8? {
        guard let byte, let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
        return UInt8(truncatingIfNeeded: value)
    }
}

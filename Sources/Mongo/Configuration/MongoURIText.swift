/// Pieces of a connection string.
enum MongoURIText {
    /// `text` with everything encoded that has a meaning in a connection string.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// The string without user and password, so that what the C library says of it can be shown.
    ///
    /// `nil` when that cannot be told apart, or when an option holds a secret.
    static func withoutCredentials(_ uri: String) -> String? {
        guard let scheme = uri.firstRange(of: "://") else { return nil }
        let rest = uri[scheme.upperBound...]
        let lowercased = rest.lowercased()
        guard !lowercased.contains("password"), !lowercased.contains("token") else { return nil }
        guard let sign = rest.lastIndex(of: "@") else { return uri }
        // A password that is not encoded may hold any of these itself.
        guard !rest[..<sign].contains(where: { "/?@".contains($0) }) else { return nil }
        return "\(uri[..<scheme.upperBound])\(rest[rest.index(after: sign)...])"
    }
}

/// The tokens of RFC 9110, section 5.6.2.
enum CurlToken {
    private static let marks = Set("!#$%&'*+-.^_`|~".utf8)

    static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { self.isTokenCharacter($0) }
    }

    private static func isTokenCharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            self.marks.contains(character)
        }
    }
}

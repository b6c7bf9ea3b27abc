import IMProtocol

/// What search compares: text without case, width and layout.
///
/// Messages and queries are folded by the same code, so that the database need not know any language: its functions
/// `search_grams` and `search_gram_query` only cut the result into pairs of characters.
enum SearchText {
    /// Unicode scalars of a message that are searched; the functions of the schema have the same limit.
    static let scalarsMax = 10_000

    /// The text of a message that a person reads, folded; empty when its type has none.
    ///
    /// Of notifications only those of notification accounts have one. Content that is not what its type says is none.
    static func of(_ message: Openim_Sdkws_MsgData) -> String {
        guard let name = self.member(of: ContentType(rawValue: message.contentType)),
            var content = try? JSONValue(parsing: [UInt8](message.content))
        else { return "" }
        if case .string(let detail)? = content["detail"], let inner = try? JSONValue(parsing: detail) {
            content = inner
        }
        guard case .string(let text)? = content[name] else { return "" }
        return self.folded(text)
    }

    /// The member of the content that holds the text.
    private static func member(of type: ContentType) -> String? {
        switch type {
        case .text, .markdownText: "content"
        case .atText, .quote, .oaNotification: "text"
        case .file: "fileName"
        case .custom: "description"
        default: nil
        }
    }

    /// The first `scalarsMax` scalars in lower case, full-width letters and digits as ordinary ones, every run of white
    /// space and control characters as one space, none at the ends, and without characters that nobody sees, such as
    /// the joiners inside an emoji.
    ///
    /// Never holds NUL, which Postgres refuses.
    static func folded(_ text: String) -> String {
        let start = String(text.unicodeScalars.prefix(self.scalarsMax)).lowercased()
        var folded = String.UnicodeScalarView()
        var isGap = false
        for scalar in start.unicodeScalars {
            let properties = scalar.properties
            if properties.isWhitespace || properties.generalCategory == .control {
                isGap = true
            } else if !properties.isDefaultIgnorableCodePoint {
                if isGap, !folded.isEmpty { folded.append(" ") }
                isGap = false
                folded.append(self.halfWidth(scalar))
            }
        }
        return String(folded)
    }

    /// The pattern of LIKE for texts that hold `folded`.
    static func pattern(_ folded: String) -> String {
        var pattern = "%"
        for character in folded.unicodeScalars {
            if character == "\\" || character == "%" || character == "_" { pattern.unicodeScalars.append("\\") }
            pattern.unicodeScalars.append(character)
        }
        return pattern + "%"
    }

    /// U+FF01 to U+FF5E are the visible ASCII characters in the width of a Chinese one.
    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }
}

/// A header field.
public struct CurlHeader: Sendable, Hashable {
    /// The name; case does not matter.
    public var name: String
    /// The value, without the blanks around it.
    public var value: String

    /// The field `name: value`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it can be sent: a token as name, and no line break in the value, which would smuggle in further fields.
    var isValid: Bool {
        CurlToken.isValid(self.name) && !self.value.utf8.contains { $0 == 13 || $0 == 10 || $0 == 0 }
    }

    /// The line for libcurl, for which `name:` alone would mean to leave the field out.
    var line: String { self.value.isEmpty ? "\(self.name);" : "\(self.name): \(self.value)" }
}

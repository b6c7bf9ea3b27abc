/// The rules of a language by which texts are compared.
///
/// A query can use an index only if both have the same collation.
public struct MongoCollation: Sendable, Hashable {
    /// Which differences between characters count.
    public enum Strength: Int32, Sendable, Hashable {
        /// Base letters only: neither accents nor case.
        case primary = 1
        /// Base letters and accents, but not case.
        case secondary
        /// Also case; the server's default.
        case tertiary
        /// Also punctuation, as far as `alternate` would otherwise ignore it.
        case quaternary
        /// Every difference, code point by code point.
        case identical
    }

    /// Which of two letters that differ in case only comes first.
    public enum CaseFirst: String, Sendable, Hashable {
        /// Capital letters.
        case upper
        /// Small letters.
        case lower
        /// As the language has it.
        case off
    }

    /// Whether spaces and punctuation count as characters.
    public enum Alternate: String, Sendable, Hashable {
        /// They count.
        case nonIgnorable = "non-ignorable"
        /// They count only from strength `.quaternary` on.
        case shifted
    }

    /// Which characters `Alternate.shifted` leaves out.
    public enum MaxVariable: String, Sendable, Hashable {
        /// Punctuation and spaces.
        case punct
        /// Spaces.
        case space
    }

    /// The language, such as `en` or `zh`; `simple` compares bytes.
    public var locale: String
    /// Which differences count; nil takes the server's default.
    public var strength: Strength?
    /// Whether case counts below `Strength.tertiary` too.
    public var caseLevel: Bool?
    /// Which case comes first.
    public var caseFirst: CaseFirst?
    /// Whether digits are compared as numbers, so that 10 comes after 9.
    public var numericOrdering: Bool?
    /// Whether spaces and punctuation count.
    public var alternate: Alternate?
    /// Which characters are left out when `alternate` is `.shifted`.
    public var maxVariable: MaxVariable?
    /// Whether accents are compared from the end, as in Canadian French.
    public var backwards: Bool?
    /// Whether texts are normalised before they are compared.
    public var normalization: Bool?

    /// The rules of a language, with the server's defaults for what is nil.
    public init(
        locale: String,
        strength: Strength? = nil,
        caseLevel: Bool? = nil,
        caseFirst: CaseFirst? = nil,
        numericOrdering: Bool? = nil,
        alternate: Alternate? = nil,
        maxVariable: MaxVariable? = nil,
        backwards: Bool? = nil,
        normalization: Bool? = nil
    ) {
        self.locale = locale
        self.strength = strength
        self.caseLevel = caseLevel
        self.caseFirst = caseFirst
        self.numericOrdering = numericOrdering
        self.alternate = alternate
        self.maxVariable = maxVariable
        self.backwards = backwards
        self.normalization = normalization
    }
}

extension MongoCollation {
    /// From what the server tells of an index; nil without a locale.
    init?(document: BSONDocument) {
        guard let locale = document["locale"].flatMap({ String.decode($0) }) else { return nil }
        self.init(locale: locale)
        func text(_ key: String) -> String? { document[key].flatMap { String.decode($0) } }
        func flag(_ key: String) -> Bool? { document[key].flatMap { Bool.decode($0) } }
        self.strength = document["strength"].flatMap { Int32.decode($0) }.flatMap(Strength.init(rawValue:))
        self.caseLevel = flag("caseLevel")
        self.caseFirst = text("caseFirst").flatMap(CaseFirst.init(rawValue:))
        self.numericOrdering = flag("numericOrdering")
        self.alternate = text("alternate").flatMap(Alternate.init(rawValue:))
        self.maxVariable = text("maxVariable").flatMap(MaxVariable.init(rawValue:))
        self.backwards = flag("backwards")
        self.normalization = flag("normalization")
    }

    /// The document that the server knows it as.
    var document: BSONDocument {
        var document: BSONDocument = ["locale": .string(self.locale)]
        if let strength { document.append("strength", .int32(strength.rawValue)) }
        if let caseLevel { document.append("caseLevel", .bool(caseLevel)) }
        if let caseFirst { document.append("caseFirst", .string(caseFirst.rawValue)) }
        if let numericOrdering { document.append("numericOrdering", .bool(numericOrdering)) }
        if let alternate { document.append("alternate", .string(alternate.rawValue)) }
        if let maxVariable { document.append("maxVariable", .string(maxVariable.rawValue)) }
        if let backwards { document.append("backwards", .bool(backwards)) }
        if let normalization { document.append("normalization", .bool(normalization)) }
        return document
    }

    /// - Throws: `.invalidArgument` without a locale.
    func check() throws(MongoError) {
        guard !self.locale.isEmpty else {
            throw MongoError(.invalidArgument, "collation: a locale is needed, such as \"en\" or \"simple\"")
        }
    }
}

/// How the names of properties become names of columns when a row is read by name.
public enum PostgresColumnNaming: Sendable, Hashable {
    /// The names are equal: `createTime` is `"createTime"`.
    case exact
    /// Words are joined by underscores: `createTime` is `create_time`, and `userID` is `user_id`.
    case snakeCase

    /// The name of the column for a property.
    func columnName(of property: String) -> String {
        switch self {
        case .exact: property
        case .snakeCase: Self.snakeCased(property)
        }
    }

    /// Puts an underscore before each upper-case letter that begins a word.
    ///
    /// A letter begins a word when a lower-case letter or digit is before it, or a lower-case letter after it: the `I` of
    /// `userID`, the `C` and not the `L` of `faceURLChanged`.
    private static func snakeCased(_ property: String) -> String {
        let characters = Array(property)
        var result = ""
        for (index, character) in characters.enumerated() {
            if character.isUppercase, index > 0 {
                let before = characters[index - 1]
                let isFollowedByLowercase = index + 1 < characters.count && characters[index + 1].isLowercase
                if before.isLowercase || before.isNumber || (before.isUppercase && isFollowedByLowercase) {
                    result.append("_")
                }
            }
            result.append(contentsOf: character.lowercased())
        }
        return result
    }
}

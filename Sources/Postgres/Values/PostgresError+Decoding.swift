extension PostgresError {
    /// The error of a value that cannot be read as the type that was asked for.
    ///
    /// For `PostgresDecodable` types of your own. Where the value stood (column and index) is added by whoever reads the
    /// row. The value itself is never part of an error, so keep it out of `reason`.
    ///
    /// - Parameters:
    ///   - wanted: what was asked for.
    ///   - type: what the server sent.
    ///   - format: in which format.
    ///   - reason: what is wrong; without it, that the types do not fit.
    /// - Returns: the error, with the code `.decoding`.
    @inline(never)
    public static func undecodable(
        _ wanted: Any.Type,
        from type: PostgresType,
        _ format: PostgresFormat,
        _ reason: String? = nil
    ) -> PostgresError {
        let form = format == .text ? " in text format" : ""
        let hint =
            type.isBuiltIn || format == .text
            ? "" : "; its binary form is not known here, so cast it to text or read its bytes from the cell"
        let why = reason.map { ": \($0)" } ?? hint
        return PostgresError(.decoding, "a value of type \(type)\(form) cannot be read as \(wanted)\(why)")
    }

    /// The error of NULL where the type asked for has no room for it.
    @inline(never)
    @usableFromInline
    static func undecodableNull(_ wanted: Any.Type) -> PostgresError {
        PostgresError(.decoding, "NULL cannot be read as \(wanted); ask for an optional")
    }

    /// The same error with the place where the value stood.
    ///
    /// - Parameters:
    ///   - name: the name of the column.
    ///   - index: its position, counted from 0.
    /// - Returns: the error to throw.
    func located(column name: String, index: Int) -> PostgresError {
        var error = self
        error.column = name
        error.message = "column \(name) (index \(index)): \(self.message)"
        return error
    }
}

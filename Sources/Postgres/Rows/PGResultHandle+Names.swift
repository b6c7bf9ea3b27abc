extension PGResultHandle {
    /// The position of the column with this name, the first of several; nil when there is none.
    ///
    /// Unlike PQfnumber, this takes a name as it is and does not fold unquoted upper case.
    func columnIndex(_ name: String) -> Int? {
        (0..<self.columnCount).first { self.columnName($0) == name }
    }
}

/// One field of a message.
struct FieldSchema: Sendable {
    /// How many values the field has.
    enum Label: Sendable, Hashable {
        /// One value; for scalars the zero value is the absent one.
        case single
        /// One value or none.
        case optional
        case repeated
        /// Entries with keys of this kind.
        case map(ScalarKind)
    }

    let number: Int
    let name: String
    let label: Label
    let kind: FieldKind
}

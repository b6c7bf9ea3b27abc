/// How the bytes of a value are to be read.
@frozen public enum PostgresFormat: Sendable, Hashable {
    /// The type's own binary form: what this library asks for.
    case binary
    /// The text form: what scripts of several statements answer.
    case text
}

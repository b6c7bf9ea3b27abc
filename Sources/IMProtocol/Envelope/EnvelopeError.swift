/// Why the bytes of a frame are no envelope.
///
/// The connection they came by is closed; the peer is told nothing.
package struct EnvelopeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault.
    package enum Code: String, Sendable, Hashable {
        /// A length or a value reaches beyond the end.
        case truncated
        /// The bytes break a rule of the encoding.
        case malformed
        /// A field is of another kind than the envelope's.
        case wrongType
        /// A number does not fit its field.
        case outOfRange
        /// Something legal that no client of this protocol sends, or more of it than is accepted.
        case unsupported
    }

    /// The kind of fault.
    package var code: Code
    /// A text for people; names positions and fields, never holds content.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "envelope \(self.code.rawValue): \(self.message)" }
}

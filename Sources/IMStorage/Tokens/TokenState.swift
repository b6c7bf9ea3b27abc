/// What the token store says of a token; the raw value is what Redis holds.
package enum TokenState: Int64, Sendable {
    case normal = 0
    case invalid = 1
    case kicked = 2
    case expired = 3
}

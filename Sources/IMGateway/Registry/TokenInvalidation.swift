/// The tokens that a new connection makes invalid.
enum TokenInvalidation: Sendable {
    /// None.
    case none
    /// All of the user and platform of a connection but that connection's own.
    case allOfPlatform(except: SessionIdentity)
    /// Exactly these.
    case tokens([String])
}

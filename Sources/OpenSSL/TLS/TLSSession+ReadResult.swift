extension TLSSession {
    /// What a read brought.
    public enum ReadResult: Sendable, Hashable {
        /// So many bytes of plaintext.
        case bytes(Int)
        /// Nothing before more ciphertext is received.
        case needsMore
        /// The peer has sent its last byte and said so.
        case closeNotify
    }
}

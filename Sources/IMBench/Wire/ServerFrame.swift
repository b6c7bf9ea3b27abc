import NIOCore

/// Cuts what a server sends into WebSocket frames, which come unmasked and in one piece.
enum ServerFrame {
    /// What the server may not send, or not as it did.
    struct Violation: Error {}

    static let text: UInt8 = 1
    static let binary: UInt8 = 2
    static let close: UInt8 = 8
    static let ping: UInt8 = 9
    static let pong: UInt8 = 10

    /// Takes the next complete frame out of `buffer`.
    ///
    /// - Returns: nil when more bytes are needed.
    static func next(_ buffer: inout ByteBuffer) throws(Violation) -> (opcode: UInt8, payload: ByteBuffer)? {
        let start = buffer.readerIndex
        guard let head: UInt16 = buffer.getInteger(at: start) else { return nil }
        // Final, without reserved bits, without mask.
        guard head & 0xF080 == 0x8000 else { throw Violation() }
        var position = start + 2
        var length = Int(head & 0x7F)
        if length == 126 {
            guard let value: UInt16 = buffer.getInteger(at: position) else { return nil }
            length = Int(value)
            position += 2
        } else if length == 127 {
            guard let value: UInt64 = buffer.getInteger(at: position) else { return nil }
            guard let count = Int(exactly: value), count <= 64 << 20 else { throw Violation() }
            length = count
            position += 8
        }
        guard let payload = buffer.getSlice(at: position, length: length) else { return nil }
        buffer.moveReaderIndex(to: position + length)
        return (UInt8(truncatingIfNeeded: head >> 8) & 0x0F, payload)
    }
}

import NIOCore

/// Cuts the byte stream of a client into WebSocket messages (RFC 6455, section 5), fragments put together.
///
/// Written here and not taken from NIOWebSocket because it is on the path of every message: one copy, which unmasks, and no
/// handler of its own. The size limit is checked before a payload is waited for, so that an oversize frame costs nothing.
struct InboundFrameDecoder {
    /// Something complete that the client has sent.
    enum Event: Equatable {
        case binary([UInt8])
        case text([UInt8])
        case ping([UInt8])
        case pong
        /// The payload: empty, or a code and a reason.
        case close([UInt8])
    }

    /// Why the stream cannot be read on.
    struct Violation: Error, Equatable {
        /// The code for the close frame (RFC 6455, section 7.4.1).
        let closeCode: UInt16

        static let protocolError = Violation(closeCode: 1002)
        static let tooBig = Violation(closeCode: 1009)
    }

    private struct Header {
        let opcode: UInt8
        let isFinal: Bool
        let length: Int
        let mask: UInt32
    }

    private let messageBytesMax: Int
    private var buffer = ByteBuffer()
    /// The payloads of a message whose end has not come yet.
    private var fragments: [UInt8] = []
    /// The opcode of that message; 0 when there is none.
    private var fragmentsOpcode: UInt8 = 0

    /// - Parameter messageBytesMax: the most bytes of one message, summed over its fragments.
    init(messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
    }

    /// Adds bytes from the socket.
    mutating func append(_ bytes: ByteBuffer) {
        if self.buffer.readableBytes == 0 {
            self.buffer = bytes
        } else {
            self.buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Lets go of the socket's buffer: what is left of it is copied.
    ///
    /// Call it after the last `next()` of a read.
    mutating func compact() {
        self.buffer = self.buffer.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: self.buffer.readableBytesView)
    }

    /// The next complete message or control frame; nil when more bytes are needed.
    mutating func next() throws(Violation) -> Event? {
        while let header = try self.readHeader() {
            guard header.opcode < 8 else { return try self.control(header) }
            let payload = self.readPayload(header)
            if header.isFinal, header.opcode != 0 {
                return Self.message(header.opcode, payload)
            }
            if header.opcode != 0 { self.fragmentsOpcode = header.opcode }
            self.fragments.append(contentsOf: payload)
            if header.isFinal {
                defer {
                    self.fragments = []
                    self.fragmentsOpcode = 0
                }
                return Self.message(self.fragmentsOpcode, self.fragments)
            }
        }
        return nil
    }

    private static func message(_ opcode: UInt8, _ payload: [UInt8]) -> Event {
        opcode == WebSocketOutput.text ? .text(payload) : .binary(payload)
    }

    private mutating func control(_ header: Header) throws(Violation) -> Event {
        let payload = self.readPayload(header)
        switch header.opcode {
        case WebSocketOutput.ping: return .ping(payload)
        case WebSocketOutput.pong: return .pong
        default:
            guard Self.isValidClose(payload) else { throw .protocolError }
            return .close(payload)
        }
    }

    /// Takes the header of the next frame out of the buffer when the frame is there completely.
    private mutating func readHeader() throws(Violation) -> Header? {
        let start = self.buffer.readerIndex
        guard let first: UInt8 = self.buffer.getInteger(at: start),
            let second: UInt8 = self.buffer.getInteger(at: start + 1)
        else { return nil }
        let opcode = first & 0x0F
        let isFinal = first & 0x80 != 0
        try self.check(opcode: opcode, isFinal: isFinal, reserved: first & 0x70, second: second)
        var position = start + 2
        var length = UInt64(second & 0x7F)
        if length == 126 {
            guard let short: UInt16 = self.buffer.getInteger(at: position) else { return nil }
            length = UInt64(short)
            position += 2
        } else if length == 127 {
            guard let long: UInt64 = self.buffer.getInteger(at: position) else { return nil }
            length = long
            position += 8
        }
        if opcode < 8, length > UInt64(max(0, self.messageBytesMax - self.fragments.count)) { throw .tooBig }
        let payloadLength = Int(truncatingIfNeeded: length)
        guard let mask: UInt32 = self.buffer.getInteger(at: position, endianness: .little),
            self.buffer.writerIndex - position - 4 >= payloadLength
        else { return nil }
        self.buffer.moveReaderIndex(to: position + 4)
        return Header(opcode: opcode, isFinal: isFinal, length: payloadLength, mask: mask)
    }

    private func check(opcode: UInt8, isFinal: Bool, reserved: UInt8, second: UInt8) throws(Violation) {
        guard reserved == 0, second & 0x80 != 0 else { throw .protocolError }
        switch opcode {
        case 0: guard self.fragmentsOpcode != 0 else { throw .protocolError }
        case WebSocketOutput.text, WebSocketOutput.binary:
            guard self.fragmentsOpcode == 0 else { throw .protocolError }
        case WebSocketOutput.close, WebSocketOutput.ping, WebSocketOutput.pong:
            guard isFinal, second & 0x7F <= 125 else { throw .protocolError }
        default: throw .protocolError
        }
    }

    /// Copies the payload out of the buffer, unmasked, eight bytes at a step.
    private mutating func readPayload(_ header: Header) -> [UInt8] {
        let mask32 = header.mask
        let mask64 = UInt64(mask32) << 32 | UInt64(mask32)
        let payload = self.buffer.withUnsafeReadableBytes { source in
            [UInt8](unsafeUninitializedCapacity: header.length) { target, count in
                let output = UnsafeMutableRawBufferPointer(target)
                var index = 0
                while index + 8 <= header.length {
                    let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    output.storeBytes(of: word ^ mask64, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < header.length {
                    output[index] = source[index] ^ UInt8(truncatingIfNeeded: mask32 >> UInt32((index & 3) * 8))
                    index += 1
                }
                count = header.length
            }
        }
        self.buffer.moveReaderIndex(forwardBy: header.length)
        return payload
    }

    /// Whether a close frame's payload is empty or starts with a code that may be sent (RFC 6455, section 7.4).
    private static func isValidClose(_ payload: [UInt8]) -> Bool {
        guard !payload.isEmpty else { return true }
        guard payload.count >= 2 else { return false }
        switch UInt16(payload[0]) << 8 | UInt16(payload[1]) {
        case 1000...1003, 1007...1014, 3000...4999: return true
        default: return false
        }
    }
}

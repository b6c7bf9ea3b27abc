import NIOCore
import ServerRuntime

/// Writes WebSocket frames of a server (RFC 6455, section 5): final, not masked.
enum WebSocketOutput {
    static let text: UInt8 = 1
    static let binary: UInt8 = 2
    static let close: UInt8 = 8
    static let ping: UInt8 = 9
    static let pong: UInt8 = 10

    /// A header is at most this long; this much is left free in front of a payload whose length is not known yet.
    private static let headerBytesMax = 10

    /// A frame with `payload`.
    static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + self.headerBytesMax)
        self.writeHeader(opcode, length: payload.count, into: &buffer)
        buffer.writeBytes(payload)
        return buffer
    }

    /// A binary frame with `payload` compressed.
    static func compressedFrame(_ payload: [UInt8], _ deflater: GzipDeflater) throws(GzipError) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeRepeatingByte(0, count: self.headerBytesMax)
        try payload.span.bytes.withUnsafeBytes { (bytes) throws(GzipError) in
            try deflater.compress(bytes, into: &buffer)
        }
        var header = ByteBuffer()
        self.writeHeader(self.binary, length: buffer.readableBytes - self.headerBytesMax, into: &header)
        let start = self.headerBytesMax - header.readableBytes
        buffer.setBuffer(header, at: start)
        buffer.moveReaderIndex(to: start)
        return buffer
    }

    /// A close frame with `code`.
    static func closeFrame(_ code: UInt16) -> ByteBuffer {
        self.frame(self.close, [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)])
    }

    private static func writeHeader(_ opcode: UInt8, length: Int, into buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | opcode)
        if length < 126 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: length))
        } else if length <= 0xFFFF {
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(truncatingIfNeeded: length))
        } else {
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(length))
        }
    }
}

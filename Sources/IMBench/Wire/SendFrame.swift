import IMProtocol
import NIOCore
import ServerRuntime
import SwiftProtobuf

/// The frame of a send request of one sender, built once; for each message only its digits are written anew.
///
/// The masking key is zero, which masks nothing: a server has to unmask it all the same, and the generator does not.
struct SendFrame {
    /// Why a frame cannot be prepared.
    struct Unpreparable: Error, CustomStringConvertible {
        let description: String
    }

    private static let placeholderID = String(repeating: "f", count: MessageTag.digits)
    private static let placeholderNumber = String(repeating: "e", count: 16)
    /// Takes six bytes as a varint, as every time from 2004 to 2109 does.
    private static let placeholderTime: Int64 = 0x2AA_AAAA_AAAA

    private var payload: [UInt8]
    private let idPosition: Int
    private let numberPosition: Int
    private let timePosition: Int

    /// - Parameters:
    ///   - message: what all messages of the sender have in common.
    ///   - operationID: the trace id.
    /// - Throws: `Unpreparable` when a placeholder cannot be found again.
    init(_ message: Openim_Sdkws_MsgData, operationID: String) throws {
        var message = message
        message.clientMsgID = Self.placeholderID
        message.createTime = Self.placeholderTime
        let data: [UInt8] = try message.serializedBytes()
        self.payload = EnvelopeEncoding.gob.encode(
            RequestEnvelope(
                identifier: GatewayOperation.sendMessage.rawValue,
                sendID: message.sendID,
                operationID: operationID,
                messageIncrement: "\(message.sendID)_\(Self.placeholderNumber)",
                data: data
            )
        )
        self.idPosition = try Self.position(of: Array(Self.placeholderID.utf8), in: self.payload)
        self.numberPosition = try Self.position(of: Array(Self.placeholderNumber.utf8), in: self.payload)
        self.timePosition = try Self.position(of: Self.varint(Self.placeholderTime), in: self.payload)
    }

    /// Appends the frame of one message.
    ///
    /// - Parameters:
    ///   - tag: what makes it this message; the reply names the tag's number.
    ///   - createTime: the client's time in Unix milliseconds.
    ///   - deflater: compresses the payload; nil: it is sent as it is.
    ///   - scratch: room for the compressed payload.
    ///   - output: what goes to the socket.
    /// - Throws: `GzipError`.
    mutating func append(
        _ tag: MessageTag,
        createTime: Int64,
        deflater: GzipDeflater?,
        scratch: inout ByteBuffer,
        to output: inout ByteBuffer
    ) throws {
        let (idPosition, numberPosition, timePosition) = (self.idPosition, self.numberPosition, self.timePosition)
        self.payload.withUnsafeMutableBytes { bytes in
            tag.write(to: UnsafeMutableRawBufferPointer(rebasing: bytes[idPosition...]))
            HexDigits.write(UInt64(tag.number), to: bytes, at: numberPosition)
            Self.write(createTime, to: bytes, at: timePosition)
        }
        guard let deflater else {
            Self.writeHeader(length: self.payload.count, to: &output)
            output.writeBytes(self.payload)
            return
        }
        scratch.clear()
        try self.payload.withUnsafeBytes { try deflater.compress($0, into: &scratch) }
        Self.writeHeader(length: scratch.readableBytes, to: &output)
        output.writeImmutableBuffer(scratch)
    }

    /// The number of the message that a reply answers; nil when the reply is to something else.
    static func number(of increment: UnsafeRawBufferPointer) -> UInt32? {
        guard increment.count >= 16, let value = HexDigits.read(increment, at: increment.count - 16) else { return nil }
        return UInt32(exactly: value)
    }

    /// Appends a ping, which keeps a connection that only receives from being closed.
    static func appendPing(to output: inout ByteBuffer) {
        output.writeInteger(0x8980 as UInt16)
        output.writeInteger(0 as UInt32)
    }

    /// Header of a binary frame in one piece, masked with zero.
    private static func writeHeader(length: Int, to output: inout ByteBuffer) {
        output.writeInteger(0x82 as UInt8)
        if length < 126 {
            output.writeInteger(0x80 | UInt8(truncatingIfNeeded: length))
        } else if length <= Int(UInt16.max) {
            output.writeInteger(0x80 | 126 as UInt8)
            output.writeInteger(UInt16(truncatingIfNeeded: length))
        } else {
            output.writeInteger(0x80 | 127 as UInt8)
            output.writeInteger(UInt64(length))
        }
        output.writeInteger(0 as UInt32)
    }

    private static func write(_ time: Int64, to bytes: UnsafeMutableRawBufferPointer, at position: Int) {
        var rest = UInt64(bitPattern: time)
        for index in position..<position + 5 {
            bytes[index] = UInt8(truncatingIfNeeded: rest & 0x7F) | 0x80
            rest >>= 7
        }
        bytes[position + 5] = UInt8(truncatingIfNeeded: rest & 0x7F)
    }

    private static func varint(_ value: Int64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 6)
        bytes.withUnsafeMutableBytes { self.write(value, to: $0, at: 0) }
        return bytes
    }

    /// Where `pattern` stands; it has to stand there once.
    private static func position(of pattern: [UInt8], in bytes: [UInt8]) throws -> Int {
        let last = bytes.count - pattern.count
        let found = last < 0 ? [] : (0...last).filter { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) }
        guard let position = found.first, found.count == 1 else {
            throw Unpreparable(description: "a frame holds a placeholder \(found.count) times")
        }
        return position
    }
}

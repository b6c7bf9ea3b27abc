import Foundation
import IMProtocol
import NIOCore
import ServerRuntime
import SwiftProtobuf
import Testing

@testable import IMBench

@Suite struct FrameTests {
    private static let message: Openim_Sdkws_MsgData = .with {
        $0.sendID = "loadu1"
        $0.recvID = "loadu2"
        $0.sessionType = 1
        $0.contentType = 101
        $0.content = Data(MessageBody.text(bytes: 100, seed: 4))
    }

    /// The payload of the one masked frame in `buffer`.
    private static func unmasked(_ buffer: ByteBuffer) throws -> [UInt8] {
        let bytes = Array(buffer.readableBytesView)
        try #require(bytes.count > 8 && bytes[0] == 0x82 && bytes[1] == 0x80 | 126)
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        try #require(bytes.count == 8 + length)
        #expect(Array(bytes[4..<8]) == [0, 0, 0, 0])
        return Array(bytes[8...])
    }

    @Test(arguments: [nil, 0, 1] as [Int?])
    func `a frame holds the message that its tag says`(level: Int?) throws {
        var frame = try SendFrame(Self.message, operationID: "op")
        let deflater = try level.map { try GzipDeflater(level: $0) }
        var scratch = ByteBuffer()
        for number in [1, 70_000, UInt32.max] {
            let tag = MessageTag(run: 5, sender: 6, number: number, due: 123_456_789)
            var output = ByteBuffer()
            try frame.append(tag, createTime: 1_700_000_000_123, deflater: deflater, scratch: &scratch, to: &output)
            var payload = try Self.unmasked(output)
            if level != nil { payload = try GzipInflater().decompress(payload, limitBytes: 10_000) }
            var decoder = EnvelopeDecoder()
            let request = try payload.withUnsafeBytes { try decoder.decodeRequest($0, .gob) }
            #expect(request.identifier == GatewayOperation.sendMessage.rawValue)
            #expect(request.sendID == "loadu1")
            let increment = Array(request.messageIncrement.utf8)
            let told = increment.withUnsafeBytes { SendFrame.number(of: $0) }
            #expect(told == number)
            var expected = Self.message
            expected.clientMsgID = tag.text
            expected.createTime = 1_700_000_000_123
            #expect(try Openim_Sdkws_MsgData(serializedBytes: request.data) == expected)
        }
    }

    @Test func `a message that is sent again is the same to the byte`() throws {
        var frame = try SendFrame(Self.message, operationID: "op")
        var scratch = ByteBuffer()
        var outputs = [ByteBuffer(), ByteBuffer(), ByteBuffer()]
        for (index, number) in [UInt32(4), 5, 4].enumerated() {
            let tag = MessageTag(run: 5, sender: 6, number: number, due: 9)
            try frame.append(tag, createTime: 1_700_000_000_000, deflater: nil, scratch: &scratch, to: &outputs[index])
        }
        #expect(outputs[0] == outputs[2])
        #expect(outputs[0] != outputs[1])
    }

    @Test func `the scan of a reply finds what decoding finds`() throws {
        let reply = ResponseEnvelope(
            identifier: 1003,
            messageIncrement: "loadu1_00000000000000ff",
            operationID: "op",
            errorCode: 500,
            errorMessage: "ServerInternalError",
            data: [1, 2, 3]
        )
        let bytes = EnvelopeEncoding.gob.encode(reply)
        try bytes.withUnsafeBytes { buffer in
            let scan = try ResponseScan(buffer)
            #expect(scan.identifier == 1003)
            #expect(scan.errorCode == 500)
            #expect(Array(buffer[scan.data]) == [1, 2, 3])
            let number = SendFrame.number(of: UnsafeRawBufferPointer(rebasing: buffer[scan.increment]))
            #expect(number == 255)
        }
    }

    @Test func `the scan of a push finds every message`() throws {
        var push = Openim_Sdkws_PushMessages()
        var messages = Self.message
        messages.clientMsgID = MessageTag(run: 1, sender: 2, number: 3, due: 4).text
        messages.seq = 300
        messages.options = ["history": true]
        var second = messages
        second.clientMsgID = "another"
        second.seq = 0
        push.msgs["si_a_b"] = .with { $0.msgs = [messages, second] }
        push.notificationMsgs["n_a_b"] = .with { $0.msgs = [messages] }
        let bytes: [UInt8] = try push.serializedBytes()
        try bytes.withUnsafeBytes { buffer in
            var found: [(id: String, seq: Int64)] = []
            try PushScan.messages(buffer, 0..<buffer.count) { item in
                found.append((String(decoding: buffer[item.clientMsgID], as: UTF8.self), item.seq))
            }
            #expect(found.map(\.id) == [messages.clientMsgID, "another"])
            #expect(found.map(\.seq) == [300, 0])
        }
    }

    @Test func `frames that are cut anywhere are refused or waited for, never misread`() throws {
        let reply = ResponseEnvelope(
            identifier: 2001,
            messageIncrement: "x",
            operationID: "y",
            data: [UInt8](repeating: 7, count: 300)
        )
        let bytes = EnvelopeEncoding.gob.encode(reply)
        for count in 0..<bytes.count {
            let cut = Array(bytes.prefix(count))
            let isMalformed = cut.withUnsafeBytes { buffer in
                do {
                    _ = try ResponseScan(buffer)
                    return false
                } catch {
                    return true
                }
            }
            #expect(isMalformed, "\(count) bytes")
        }
    }

    @Test func `server frames are cut out of a stream`() throws {
        var buffer = ByteBuffer(bytes: [0x82, 3, 1, 2, 3, 0x89, 0, 0x82, 126, 1, 0])
        let first = try #require(try ServerFrame.next(&buffer))
        #expect(first.opcode == ServerFrame.binary)
        #expect(Array(first.payload.readableBytesView) == [1, 2, 3])
        #expect(try ServerFrame.next(&buffer)?.opcode == ServerFrame.ping)
        // 256 bytes are announced and not there yet.
        #expect(try ServerFrame.next(&buffer) == nil)
        buffer.writeRepeatingByte(9, count: 256)
        #expect(try ServerFrame.next(&buffer)?.payload.readableBytes == 256)
        #expect(buffer.readableBytes == 0)
        var masked = ByteBuffer(bytes: [0x82, 0x81, 0, 0, 0, 0, 1])
        #expect(throws: ServerFrame.Violation.self) { try ServerFrame.next(&masked) }
    }
}

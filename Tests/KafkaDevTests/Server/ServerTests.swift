import Logging
import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite(.timeLimit(.minutes(2))) struct ServerTests {
    /// A request as it goes over the wire.
    private static func frame(_ key: Int16, _ version: Int16, correlation: Int32 = 1, body: [UInt8] = []) -> ByteBuffer
    {
        var frame = ByteBuffer()
        frame.writeMultipleIntegers(Int32(10 + body.count), key, version, correlation, Int16(-1))
        frame.writeBytes(body)
        return frame
    }

    @Test func `bytes that are no request end the connection and nothing else`() async throws {
        try await RunningServer.with { server in
            for text in ["GET / HTTP/1.1\r\n\r\n", "\u{0}\u{0}\u{0}\u{4}abcd", String(repeating: "\u{7f}", count: 64)] {
                let (answer, isClosed) = try await server.exchange(ByteBuffer(string: text))
                #expect(isClosed)
                #expect(answer.readableBytes == 0)
            }
            var negative = ByteBuffer()
            negative.writeInteger(Int32(-1))
            #expect(try await server.exchange(negative).isClosed)
            let (answer, _) = try await server.exchange(Self.frame(18, 0), expecting: 10)
            #expect(answer.getInteger(at: 8, as: Int16.self) == 0)
        }
    }

    @Test func `an unknown request and an unknown version end the connection, but ApiVersions says what there is`()
        async throws
    {
        try await RunningServer.with { server in
            #expect(try await server.exchange(Self.frame(999, 0)).isClosed)
            #expect(try await server.exchange(Self.frame(1, 99)).isClosed)
            let (answer, isClosed) = try await server.exchange(Self.frame(18, 99, correlation: 7), expecting: 100)
            #expect(!isClosed)
            #expect(answer.getInteger(at: 4, as: Int32.self) == 7)
            #expect(answer.getInteger(at: 8, as: Int16.self) == 35)
            #expect(answer.getInteger(at: 10, as: Int32.self) == Int32(APIKey.allCases.count))
        }
    }

    @Test func `a request that is too long ends the connection before it is received`() async throws {
        try await RunningServer.with(setting: \.limits.requestBytesMax, to: 2 << 20) {
            (server: RunningServer) async throws in
            var frame = ByteBuffer()
            frame.writeMultipleIntegers(Int32(3 << 20), Int16(0), Int16(9))
            #expect(try await server.exchange(frame).isClosed)
        }
    }

    @Test func `requests that arrive together are answered in order, byte by byte too`() async throws {
        try await RunningServer.with { server in
            var requests = ByteBuffer()
            for number in Int32(0)..<50 {
                var request = Self.frame(18, 0, correlation: number)
                requests.writeBuffer(&request)
            }
            let size = 14 + 6 * APIKey.allCases.count
            var (answers, _) = try await server.exchange(requests, expecting: size * 50)
            for number in Int32(0)..<50 {
                #expect(answers.getInteger(at: answers.readerIndex + 4, as: Int32.self) == number)
                answers.moveReaderIndex(forwardBy: size)
            }
        }
    }

    @Test func `one connection too many is closed at once`() async throws {
        try await RunningServer.with(setting: \.limits.connectionsMax, to: 0) { (server: RunningServer) async throws in
            #expect(try await server.exchange(Self.frame(18, 0)).isClosed)
        }
    }

    @Test func `a silent connection and half a request are closed in their time`() async throws {
        try await RunningServer.with(setting: \.limits.idleTime, to: .milliseconds(100)) {
            (server: RunningServer) async throws in
            #expect(try await server.exchange(ByteBuffer()).isClosed)
        }
        try await RunningServer.with(setting: \.limits.requestTime, to: .milliseconds(100)) {
            (server: RunningServer) async throws in
            var half = ByteBuffer()
            half.writeMultipleIntegers(Int32(100), Int16(18))
            #expect(try await server.exchange(half).isClosed)
        }
    }

    @Test func `a second broker in the same folder is refused`() async throws {
        try await RunningServer.with { server in
            var configuration = KafkaDevConfiguration(dataFolder: server.folder)
            configuration.port = 0
            let second = KafkaDevServer(configuration: configuration, logger: .init(label: "test"))
            let error = await #expect(throws: KafkaDevError.self) { try await second.run() }
            #expect(error?.code == .inUse)
        }
    }

    @Test func `an address that is taken is an error that names it`() async throws {
        try await RunningServer.with { server in
            let folder = try TemporaryFolder("kafka-dev")
            var configuration = KafkaDevConfiguration(dataFolder: folder.path)
            configuration.port = server.port
            let second = KafkaDevServer(configuration: configuration, logger: .init(label: "test"))
            let error = await #expect(throws: KafkaDevError.self) { try await second.run() }
            #expect(error?.code == .address)
            #expect(error?.message.contains("\(server.port)") == true)
        }
    }

    @Test func `all wrong values of a configuration are told together`() throws {
        var configuration = KafkaDevConfiguration(dataFolder: "")
        configuration.port = 70_000
        configuration.topics = [.init(name: "a b", partitions: 0)]
        configuration.segmentBytes = 1
        configuration.fsync = .interval(.zero)
        configuration.initialRebalanceDelay = .seconds(4_000)
        configuration.retentionTime = .seconds(1 << 60)
        let error = #expect(throws: KafkaDevError.self) { try configuration.validate() }
        for part in ["70000", "a b", "segment", "folder", "fsync", "delay", "retention time"] {
            #expect(error?.message.contains(part) == true, "\(part)")
        }
    }

    @Test(arguments: [
        ("never", true), ("always", true), ("200ms", true), ("1s", true), ("0ms", false), ("often", false),
        ("5", false),
    ])
    func `policies are read as they are written`(text: String, isRight: Bool) {
        #expect((FsyncPolicy(text) != nil) == isRight)
    }

    @Test func `amounts are read with their units`() {
        #expect(DurationText.parseBytes("64MiB") == 64 << 20)
        #expect(DurationText.parseBytes("17") == 17)
        #expect(DurationText.parseBytes("17MB") == nil)
        #expect(DurationText.parseBytes("") == nil)
        #expect(DurationText.parseBytes("99999999999999GiB") == nil)
        #expect(DurationText.parse("7d") == .seconds(604_800))
        #expect(DurationText.parse("d") == nil)
    }
}

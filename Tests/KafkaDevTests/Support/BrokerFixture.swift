import Logging
import NIOCore
import NIOPosix
import ServerRuntime

@testable import KafkaDev

/// A broker on its loop, without sockets, on a file layer in memory.
struct BrokerFixture: Sendable {
    let broker: NIOLoopBound<Broker>
    let loop: any EventLoop
    let files: ForgetfulFileLayer

    /// Why a request had no answer.
    enum NoAnswer: Error {
        case closed
        case nothing
    }

    /// The settings of a broker with topic `t` of two partitions.
    static var settings: KafkaDevConfiguration {
        var configuration = KafkaDevConfiguration(dataFolder: "data")
        configuration.topics = [.init(name: "t", partitions: 2)]
        configuration.fsync = .never
        // The records of the tests have timestamps of 1970.
        configuration.retentionTime = nil
        return configuration
    }

    /// Runs `body` with a broker that differs in one setting.
    static func with<Value>(
        _ files: ForgetfulFileLayer = ForgetfulFileLayer(),
        setting path: WritableKeyPath<KafkaDevConfiguration, Value>,
        to value: Value,
        body: (BrokerFixture) async throws -> Void
    ) async throws {
        var settings = Self.settings
        settings[keyPath: path] = value
        try await self.with(files, settings, body: body)
    }

    /// Runs `body` with a broker.
    static func with(
        _ files: ForgetfulFileLayer = ForgetfulFileLayer(),
        _ settings: KafkaDevConfiguration = Self.settings,
        body: (BrokerFixture) async throws -> Void
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let broker = try await loop.submit {
            let broker = Broker(
                configuration: settings,
                files: files,
                loop: loop,
                thread: thread,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            broker.address = ("127.0.0.1", 9)
            try broker.open()
            return NIOLoopBound(broker, eventLoop: loop)
        }.get()
        let fixture = BrokerFixture(broker: broker, loop: loop, files: files)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        await withCheckedContinuation { continuation in
            loop.execute { broker.value.close { continuation.resume() } }
        }
        try await thread.shutdownGracefully()
        try result.get()
    }

    /// Makes a request and reads its answer.
    func call<API: BrokerAPI>(
        _: API.Type,
        version: Int16? = nil,
        connection: UInt64 = 1,
        _ build: (inout API.Request) -> Void = { _ in }
    ) async throws -> API.Response where API.Response: Sendable {
        let version = version ?? API.key.versions.upperBound
        let answer = try await self.receive(try Self.frame(API.self, version, build), connection: connection)
        return try Self.response(API.self, version, answer)
    }

    /// The bytes of a request.
    static func frame<API: BrokerAPI>(
        _: API.Type,
        _ version: Int16,
        _ build: (inout API.Request) -> Void
    ) throws -> ByteBuffer {
        var request = API.Request()
        build(&request)
        var frame = ByteBuffer()
        frame.writeMultipleIntegers(API.key.rawValue, version, Int32(42), Int16(4))
        frame.writeString("test")
        if API.key.isFlexible(version) { frame.writeInteger(UInt8(0)) }
        var writer = WireWriter(frame, version: version, isFlexible: API.key.isFlexible(version))
        try request.code(&writer)
        return writer.output
    }

    /// Reads the bytes of an answer.
    static func response<API: BrokerAPI>(
        _: API.Type,
        _ version: Int16,
        _ bytes: ByteBuffer
    ) throws -> API.Response {
        var answer = bytes
        answer.moveReaderIndex(forwardBy: API.key.hasFlexibleAnswerHeader(version) ? 9 : 8)
        var reader = WireReader(answer, version: version, isFlexible: API.key.isFlexible(version))
        var response = API.Response()
        try response.code(&reader)
        guard reader.rest.readableBytes == 0 else { throw NoAnswer.closed }
        return response
    }

    /// Hands over a frame and waits for the reply.
    func receive(_ frame: ByteBuffer, connection: UInt64 = 1) async throws -> ByteBuffer {
        let reply = await withCheckedContinuation { continuation in
            self.loop.execute {
                self.broker.value.receive(frame, connection: connection, clientHost: "h") {
                    continuation.resume(returning: $0)
                }
            }
        }
        switch reply {
        case .frame(let bytes, let budgeted):
            self.loop.execute { self.broker.value.fetchBudget.release(budgeted) }
            return bytes
        case .nothing: throw NoAnswer.nothing
        case .lastFrame, .close: throw NoAnswer.closed
        }
    }

    /// Produces a batch; the result of its partition.
    func produce(
        _ batch: TestBatch,
        topic: String = "t",
        partition: Int32 = 0,
        version: Int16 = 9
    ) async throws -> ProduceAPI.PartitionResult {
        let response = try await self.call(ProduceAPI.self, version: version) { request in
            request.topics = [
                .init(name: topic, partitions: [.init(index: partition, records: batch.bytes)])
            ]
        }
        return response.topics.first?.partitions.first ?? .init(index: -1, error: .invalidRequest)
    }

    /// Fetches from one partition; its result.
    func fetch(
        from offset: Int64,
        topic: String = "t",
        partition: Int32 = 0,
        wait: Int32 = 0,
        bytesMin: Int32 = 1,
        connection: UInt64 = 1
    ) async throws -> FetchAPI.PartitionResult {
        let response = try await self.call(FetchAPI.self, connection: connection) { request in
            request.waitMaxMilliseconds = wait
            request.bytesMin = bytesMin
            var part = FetchAPI.Partition()
            part.index = partition
            part.offset = offset
            request.topics = [.init(name: topic, partitions: [part])]
        }
        return response.topics.first?.partitions.first ?? .init(index: -1, error: response.error)
    }
}

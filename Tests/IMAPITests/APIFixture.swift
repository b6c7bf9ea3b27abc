import HTTPTypes
import Hummingbird
import IMProtocol
import Logging
import NIOCore
import NIOEmbedded
import ServerRuntime

@testable import IMAPI

/// The API without a socket, over fake services.
struct APIFixture {
    let fake = FakeServices()
    let configuration: APIConfiguration

    init(compress: (@Sendable ([UInt8]) throws -> [UInt8])? = nil, bodySizeMax: Int = 16 << 20) {
        self.configuration = APIConfiguration(
            listenIP: "127.0.0.1",
            port: 0,
            adminUserIDs: [FakeServices.adminID],
            secret: FakeServices.secret,
            compress: compress,
            bodySizeMax: bodySizeMax
        )
    }

    /// A clock that stands at 2023-11-14 22:13:20.
    static let clock = WallClock { 1_700_000_000_000 }

    static let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    struct Reply {
        var status: Int
        var headers: HTTPFields
        var body: [UInt8]

        var text: String {
            String(decoding: self.body, as: UTF8.self)
        }

        var json: JSONValue? {
            try? JSONValue(parsing: self.body)
        }

        var errorCode: Int64? {
            guard case .number(let number)? = self.json?["errCode"] else { return nil }
            return number.integer()
        }

        var detail: String {
            guard case .string(let text)? = self.json?["errDlt"] else { return "" }
            return text
        }
    }

    /// Sends a request; by default a POST with all headers, as the administrator.
    func send(
        _ path: String,
        _ body: String = "{}",
        method: HTTPRequest.Method = .post,
        operationID: String? = "op-1",
        token: String? = "token-of-imAdmin",
        acceptEncoding: String? = nil
    ) async throws -> Reply {
        var fields = HTTPFields()
        fields[.operationID] = operationID
        fields[.token] = token
        fields[.acceptEncoding] = acceptEncoding
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: fields)
        let responder = APIResponder(
            configuration: self.configuration,
            services: self.fake.services,
            clock: Self.clock,
            logger: Self.quietLogger
        )
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Self.quietLogger)
        let response = try await responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))),
            context: APIRequestContext(source: source)
        )
        let collector = BodyCollector()
        try await response.body.write(collector)
        return Reply(status: response.status.code, headers: response.headers, body: collector.bytes)
    }
}

/// Keeps what a response writes.
final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws {
        self.bytes.append(contentsOf: buffer.readableBytesView)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

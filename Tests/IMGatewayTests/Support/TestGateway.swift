import IMClient
import IMGateway
import IMProtocol
import Logging
import NIOCore

/// A gateway on a free port of the loopback interface, with fake services.
struct TestGateway: Sendable {
    let server: GatewayServer
    let port: Int
    let auth: FakeAuth
    let messages: FakeMessages

    /// Runs `body` beside a gateway, then stops it and waits for its end.
    static func with(
        _ configure: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestGateway) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration { text in
            String(repeating: "0", count: 24)
                + String(UInt32(truncatingIfNeeded: text.utf8.count) + 0x1000_0000, radix: 16)
        }
        configuration.listenIP = "127.0.0.1"
        configuration.port = 0
        configuration.shutdownTimeout = .seconds(2)
        configuration.adminUserIDs = ["imAdmin"]
        configure(&configuration)
        let auth = FakeAuth()
        let messages = FakeMessages()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = GatewayServer(configuration: configuration, auth: auth, messages: messages, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.address.port ?? 0
            try await body(TestGateway(server: server, port: port, auth: auth, messages: messages))
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// A connected client; the token is the one that `FakeAuth` knows.
    func client(
        _ userID: String,
        platform: Platform = .iOS,
        encoding: EnvelopeEncoding = .gob,
        compression: Bool = true,
        isMessageResponse: Bool = false,
        session: String = "1"
    ) async throws -> IMClient {
        try await IMClient.connect(
            host: "127.0.0.1",
            port: self.port,
            userID: userID,
            token: "\(userID)|\(platform.rawValue)|\(session)",
            platformID: platform.rawValue,
            encoding: encoding,
            compression: compression,
            isMessageResponse: isMessageResponse
        )
    }

    /// A socket that has sent an upgrade request with `query` and read the 101.
    func raw(_ query: String = "sendID=u&token=u%7C1&platformID=1&operationID=o") async throws -> RawConnection {
        let connection = try await RawConnection.connect(port: self.port)
        connection.sendUpgrade("/?" + query)
        let answer = try await connection.readHead()
        guard answer.hasPrefix("HTTP/1.1 101 ") else { throw RawConnection.Unexpected(what: answer) }
        return connection
    }

    func push(
        _ message: Openim_Sdkws_MsgData,
        to users: [String],
        operationID: String = "op9"
    ) async throws -> Openim_Msggateway_OnlineBatchPushOneMsgResp {
        var request = Openim_Msggateway_OnlineBatchPushOneMsgReq()
        request.msgData = message
        request.pushToUserIds = users
        return try await self.server.superGroupOnlineBatchPushOneMsg(request, CallContext(operationID: operationID))
    }

    /// Waits until `condition` holds; the time limit of the test ends it otherwise.
    static func until(_ condition: @Sendable () async -> Bool) async throws {
        while await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }
}

import IMClient
import IMGateway
import IMProtocol
import Logging
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct GatewayLifecycleTests {
    @Test func `a stop says 1001 to clients and answers the request that runs`() async throws {
        let (raws, source) = AsyncStream<[UInt8]>.makeStream()
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            let client = try await gateway.client("b")
            var message = Openim_Sdkws_MsgData()
            message.clientMsgID = "last"
            message.content.append(contentsOf: "slow".utf8)
            let slow = message
            Task {
                let reply = try? await client.sendMessage(slow)
                source.yield(Array((reply?.clientMsgID ?? "none").utf8))
                source.yield(await connection.readToEnd())
                source.finish()
            }
            try await TestGateway.until { gateway.server.counters.requestsRunning.value == 1 }
        }
        var results: [[UInt8]] = []
        for await result in raws { results.append(result) }
        #expect(results.first == Array("last".utf8))
        #expect(results.last == [0x88, 2, 0x03, 0xE9])
    }

    @Test func `a client that does not answer the goodbye is cut at the deadline`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await TestGateway.with {
            $0.shutdownTimeout = .milliseconds(200)
        } _: { gateway in
            let stalled = try await gateway.raw()
            try await stalled.channel.setOption(.autoRead, value: false).get()
        }
        #expect(clock.now - start < .seconds(5))
    }

    @Test func `an address that is taken fails the run and the wait for the address`() async throws {
        try await TestGateway.with { gateway in
            var configuration = GatewayConfiguration { $0 }
            configuration.listenIP = "127.0.0.1"
            configuration.port = gateway.port
            let second = GatewayServer(
                configuration: configuration,
                auth: gateway.auth,
                messages: gateway.messages,
                logger: Logger(label: "test")
            )
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await second.address }
        }
    }

    @Test func `500 connections are admitted, pushed to, and gone after they close`() async throws {
        try await TestGateway.with { gateway in
            let clients = try await withThrowingTaskGroup(of: IMClient.self) { group in
                for number in 0..<500 {
                    group.addTask { try await gateway.client("user\(number)", compression: number % 2 == 0) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(gateway.server.counters.connections.value == 500)
            var message = Openim_Sdkws_MsgData()
            message.sessionType = 3
            message.groupID = "g"
            let answer = try await gateway.push(message, to: (0..<500).map { "user\($0)" })
            #expect(answer.singlePushResult.count == 500)
            #expect(answer.singlePushResult.allSatisfy { $0.onlinePush })
            for client in clients {
                var pushes = client.pushes.makeAsyncIterator()
                #expect(await pushes.next()?.msgs["sg_g"]?.msgs.count == 1)
            }
            await withTaskGroup(of: Void.self) { group in
                for client in clients { group.addTask { await client.close() } }
            }
            try await TestGateway.until { gateway.server.counters.connections.value == 0 }
        }
    }
}

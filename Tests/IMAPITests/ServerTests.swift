import IMAPI
import IMProtocol
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@Suite(.serialized) struct ServerTests {
    @Test func `requests over a real connection are answered one after another`() async throws {
        try await withServer(APIFixture()) { port in
            let body = #"{"userIDs":[]}"#
            let request =
                "POST /user/get_users_info HTTP/1.1\r\nHost: x\r\noperationid: op\r\nToken: token-of-u1\r\n"
                + "Content-Length: \(body.utf8.count)\r\n"
            let text = try await exchange(
                port,
                "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n" + request + "\r\n" + body
                    + request + "Connection: close\r\n\r\n" + body
            )
            let answer = #"{"errCode":0,"errMsg":"","errDlt":"","data":{"usersInfo":null}}"#
            #expect(text.components(of: "HTTP/1.1 200 OK") == 3)
            #expect(text.components(of: answer) == 2)
            #expect(text.contains("\"Options Request!\""))
            #expect(text.contains("access-control-max-age: 172800") || text.contains("Access-Control-Max-Age: 172800"))
        }
    }

    @Test func `a body over the limit is refused on a real connection and the connection goes on`() async throws {
        try await withServer(APIFixture(bodySizeMax: 1000)) { port in
            let head = "POST /user/get_users_info HTTP/1.1\r\nHost: x\r\noperationID: op\r\ntoken: token-of-u1\r\n"
            let huge = "{\"userIDs\":[\"" + String(repeating: "x", count: 300_000) + "\"]}"
            let small = #"{"userIDs":[]}"#
            let text = try await exchange(
                port,
                head + "Content-Length: \(huge.utf8.count)\r\n\r\n" + huge
                    + head + "Connection: close\r\nContent-Length: \(small.utf8.count)\r\n\r\n" + small
            )
            #expect(text.components(of: #"{"errCode":1001,"#) == 1)
            #expect(text.components(of: #"{"errCode":0,"#) == 1)
        }
    }

    @Test func `what is no HTTP is refused`() async throws {
        try await withServer(APIFixture()) { port in
            let text = try await exchange(port, "nonsense\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `a request that runs when the server is cancelled is still answered`() async throws {
        let fixture = APIFixture()
        let (entered, entry) = AsyncStream<Void>.makeStream()
        let (opened, opening) = AsyncStream<Void>.makeStream()
        fixture.fake.withState { state in
            state.gate = {
                entry.yield()
                for await _ in opened { break }
            }
        }
        let (ports, bound) = AsyncStream<Int>.makeStream()
        let server = Task {
            try await APIServer(
                configuration: fixture.configuration,
                services: fixture.fake.services,
                logger: APIFixture.quietLogger,
                onBound: { bound.yield($0) }
            ).run()
        }
        for await port in ports {
            async let answer = exchange(
                port,
                "POST /user/get_users_info HTTP/1.1\r\nHost: x\r\noperationID: op\r\ntoken: token-of-u1\r\n"
                    + "Connection: close\r\nContent-Length: 14\r\n\r\n{\"userIDs\":[]}"
            )
            for await _ in entered { break }
            server.cancel()
            opening.yield()
            #expect(try await answer.contains(#"{"usersInfo":null}"#))
            break
        }
        try await server.value
    }

    @Test func `a graceful shutdown from outside ends the server`() async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let fixture = APIFixture()
        let server = APIServer(
            configuration: fixture.configuration,
            services: fixture.fake.services,
            logger: APIFixture.quietLogger,
            onBound: { continuation.yield($0) }
        )
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: APIFixture.quietLogger)
        )
        async let done: Void = group.run()
        for await _ in ports { break }
        await group.triggerGracefulShutdown()
        try await done
    }

    @Test func `an address that is taken is an error of run`() async throws {
        try await withServer(APIFixture()) { port in
            let fixture = APIFixture()
            var configuration = fixture.configuration
            configuration.port = port
            let second = APIServer(
                configuration: configuration,
                services: fixture.fake.services,
                logger: APIFixture.quietLogger
            )
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }
}

/// Runs a server on a port of the system's choice; it is stopped by cancelling its task.
private func withServer(_ fixture: APIFixture, _ body: (Int) async throws -> Void) async throws {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let server = APIServer(
        configuration: fixture.configuration,
        services: fixture.fake.services,
        clock: APIFixture.clock,
        logger: APIFixture.quietLogger,
        onBound: { continuation.yield($0) }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        for await port in ports {
            try await body(port)
            break
        }
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Sends `request` and reads until the server closes the connection.
private func exchange(_ port: Int, _ request: String) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: request))
        var text = ""
        for try await buffer in inbound {
            text += String(buffer: buffer)
        }
        return text
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        self.ranges(of: part).count
    }
}

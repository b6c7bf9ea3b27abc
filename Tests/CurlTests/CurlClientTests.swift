import Curl
import Glibc
import ServerRuntime
import Testing

@Suite struct CurlClientTests {
    private static let ok = LoopbackHTTPServer.Answer.text(
        "HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one:  2 \r\nContent-Length: 5\r\n\r\nhello"
    )

    @Test func `a response has its status, header and body`() async throws {
        try await self.withServer(Self.ok) { client, server, url in
            let response = try await client.send(CurlRequest("GET", url), deadline: .after(.seconds(10)))
            #expect(response.status == 200 && response.body == Array("hello".utf8))
            #expect(response.headers.filter { $0.name.lowercased() == "x-one" }.map(\.value) == ["1", "2"])
            #expect(response.header("content-length") == "5" && response.header("none") == nil)
            #expect(server.requests.first?.hasPrefix("GET /path?q=1 HTTP/1.1\r\n") == true)
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"]) func `a body is sent as it is`(method: String) async throws {
        try await self.withServer(Self.ok) { client, server, url in
            let headers = [CurlHeader("Content-Type", "application/json"), CurlHeader("X-Empty", "")]
            let request = CurlRequest(method, url, headers: headers, body: Array("{\"a\":\"ä\"}".utf8))
            #expect(try await client.send(request, deadline: .after(.seconds(10))).status == 200)
            let received = try #require(server.requests.first)
            #expect(received.hasPrefix("\(method) /path?q=1 HTTP/1.1\r\n"))
            #expect(received.hasSuffix("\r\n\r\n{\"a\":\"ä\"}"))
            #expect(received.contains("Content-Type: application/json\r\n") && received.contains("X-Empty:"))
            #expect(received.contains("Content-Length: 10\r\n") && !received.contains("Expect:"))
        }
    }

    @Test func `an empty body has a length and no type`() async throws {
        try await self.withServer(Self.ok) { client, server, url in
            _ = try await client.send(CurlRequest("POST", url, body: []), deadline: .after(.seconds(10)))
            let received = try #require(server.requests.first)
            #expect(received.contains("Content-Length: 0\r\n") && !received.contains("Content-Type"))
        }
    }

    @Test func `a long body arrives whole`() async throws {
        try await self.withServer(Self.ok) { client, server, url in
            let body = [UInt8](repeating: UInt8(ascii: "z"), count: 300_000)
            _ = try await client.send(CurlRequest("POST", url, body: body), deadline: .after(.seconds(20)))
            #expect(server.requests.first?.hasSuffix(String(repeating: "z", count: 1000)) == true)
            #expect((server.requests.first?.utf8.count ?? 0) > 300_000)
        }
    }

    @Test func `HEAD waits for no body`() async throws {
        try await self.withServer(.text("HTTP/1.1 204 No Content\r\nContent-Length: 99\r\n\r\n")) {
            client,
            server,
            url in
            let response = try await client.send(CurlRequest("HEAD", url), deadline: .after(.seconds(10)))
            #expect(response.status == 204 && response.body.isEmpty)
            #expect(server.requests.first?.hasPrefix("HEAD ") == true)
        }
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        let answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        try await self.withServer(.text(answer)) { client, server, url in
            let response = try await client.send(CurlRequest("GET", url), deadline: .after(.seconds(10)))
            #expect(response.status == 302 && response.header("Location") == "http://127.0.0.1:1/")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a body above the limit is refused and one at the limit is not`() async throws {
        try await self.withServer(Self.ok) { client, _, url in
            let fits = try await client.send(CurlRequest("GET", url), deadline: .after(.seconds(10)), bodyBytesMax: 5)
            #expect(fits.body.count == 5)
            let error = await self.error {
                try await client.send(CurlRequest("GET", url), deadline: .after(.seconds(10)), bodyBytesMax: 4)
            }
            #expect(error?.code == .bodyTooLarge && error?.mayHaveBeenApplied == true)
        }
    }

    @Test func `a silent server does not hold up the deadline`() async throws {
        try await self.withServer(.silence) { client, _, url in
            let start = ContinuousClock.now
            let error = await self.error {
                try await client.send(CurlRequest("GET", url), deadline: .after(.milliseconds(300)))
            }
            #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == true)
            #expect(start.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `a request that waits for a thread ends at its deadline`() async throws {
        let configuration = CurlConfiguration(threadCount: 1)
        try await self.withServer(.silence, configuration) { client, server, url in
            let long = Task {
                await self.error { try await client.send(.init("GET", url), deadline: .after(.seconds(30))) }
            }
            while server.requests.isEmpty { await Task.yield() }
            let start = ContinuousClock.now
            let error = await self.error {
                try await client.send(CurlRequest("GET", url), deadline: .after(.milliseconds(100)))
            }
            #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
            #expect(start.duration(to: .now) < .seconds(20))
            long.cancel()
            #expect(await long.value?.code == .cancelled)
        }
    }

    @Test func `a cancelled request ends long before its deadline`() async throws {
        try await self.withServer(.silence) { client, server, url in
            let task = Task {
                await self.error { try await client.send(.init("GET", url), deadline: .after(.seconds(60))) }
            }
            while server.requests.isEmpty { await Task.yield() }
            let start = ContinuousClock.now
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(start.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `nobody at the address is an error that cannot have been applied`() async throws {
        try await self.withClient { client in
            let error = await self.error {
                try await client.send(CurlRequest("GET", "http://127.0.0.1:1/"), deadline: .after(.seconds(10)))
            }
            #expect(error?.code == .cannotConnect && error?.mayHaveBeenApplied == false && error?.isRetryable == true)
        }
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "", "nonsense\r\n\r\n"])
    func `an answer that breaks off or is no HTTP is a failed transfer`(answer: String) async throws {
        try await self.withServer(.text(answer)) { client, _, url in
            let error = await self.error { try await client.send(.init("GET", url), deadline: .after(.seconds(10))) }
            #expect(error?.code == .transferFailed || error?.code == .invalidRequest, "\(String(describing: error))")
            #expect(error?.mayHaveBeenApplied == true)
        }
    }

    @Test(arguments: [
        CurlRequest("GET", "file:///etc/passwd"), CurlRequest("GET", "ftp://127.0.0.1/"), CurlRequest("GET", ""),
        CurlRequest("GET X", "http://127.0.0.1/"), CurlRequest("GET", "http://127.0.0.1/ HTTP/1.1\r\nX: y"),
        CurlRequest("GET", "http://127.0.0.1/", headers: [CurlHeader("X", "a\r\nY: b")]),
        CurlRequest("GET", "http://127.0.0.1/", headers: [CurlHeader("X Y", "a")]),
    ])
    func `what could smuggle something in is refused before it is sent`(request: CurlRequest) async throws {
        try await self.withClient { client in
            let error = await self.error { try await client.send(request, deadline: .after(.seconds(10))) }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test func `more requests than allowed and requests without run are refused`() async throws {
        try await self.withServer(Self.ok, CurlConfiguration(pendingRequestsMax: 0)) { client, _, url in
            let error = await self.error { try await client.send(.init("GET", url), deadline: .after(.seconds(10))) }
            #expect(error?.code == .queueFull)
        }
        let idle = CurlClient()
        let error = await self.error {
            try await idle.send(.init("GET", "http://127.0.0.1/"), deadline: .after(.seconds(1)))
        }
        #expect(error?.code == .closed)
    }

    private func withServer(
        _ answer: LoopbackHTTPServer.Answer,
        _ configuration: CurlConfiguration = CurlConfiguration(),
        _ body: (CurlClient, LoopbackHTTPServer, String) async throws -> Void
    ) async throws {
        try await LoopbackHTTPServer.with(answer) { server in
            try await self.withClient(configuration) { client in
                try await body(client, server, "http://127.0.0.1:\(server.port)/path?q=1")
            }
        }
    }

    private func withClient(
        _ configuration: CurlConfiguration = CurlConfiguration(),
        _ body: (CurlClient) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        let client = CurlClient(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            while !client.isReady { await Task.yield() }
            try await body(client)
        }
    }

    private func error(_ body: () async throws -> CurlResponse) async -> CurlError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? CurlError
        }
    }
}

import Hummingbird
import IMStorage
import Logging
import NIOCore

/// Answers whether the process lives and whether it can do its work.
struct HealthServer: Sendable {
    let listen: ListenSettings
    let readiness: Readiness
    let parts: [StackPart]
    let version: String
    let logger: Logger
    private let answers = RecentAnswer<[String]>(lifetime: .seconds(2))

    init(listen: ListenSettings, readiness: Readiness, parts: [StackPart], version: String, logger: Logger) {
        self.listen = listen
        self.readiness = readiness
        self.parts = parts
        self.version = version
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    func run() async throws {
        let router = Router()
        router.get("/healthz/live") { _, _ in Self.answer(.ok, #"{"status":"live"}"#) }
        router.get("/version") { _, _ in Self.answer(.ok, #"{"version":"\#(self.version)"}"#) }
        router.get("/healthz/ready") { _, _ in await self.ready() }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(self.listen.listenIP, port: self.listen.port),
                serverName: nil
            ),
            logger: self.logger
        )
        try await application.run()
    }

    private func ready() async -> Response {
        guard self.readiness.isReady else { return Self.answer(.serviceUnavailable, #"{"status":"starting"}"#) }
        let missing = await self.answers.get { await self.missingParts() }
        guard missing.isEmpty else {
            let names = missing.map { #""\#($0)""# }.joined(separator: ",")
            return Self.answer(.serviceUnavailable, #"{"status":"unavailable","missing":[\#(names)]}"#)
        }
        return Self.answer(.ok, #"{"status":"ready"}"#)
    }

    private func missingParts() async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            for part in self.parts {
                group.addTask {
                    do {
                        try await part.check()
                        return nil
                    } catch {
                        return part.name
                    }
                }
            }
            return await group.reduce(into: [String]()) { names, name in
                if let name { names.append(name) }
            }.sorted()
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ json: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json + "\n"))
        )
    }
}

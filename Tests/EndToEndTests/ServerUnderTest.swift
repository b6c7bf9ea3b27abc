import Curl
import Foundation
import Glibc
import IMClient
import IMProtocol
import IMStorage
import Kafka
import Logging
import Mongo
import Postgres
import Redis
import ServerRuntime
import TestKit
import Testing

/// A real `openim` process on the live stack, with topics, databases and ports of its own, and clients to look at both.
final class ServerUnderTest: Sendable {
    let apiPort = LoopbackPort.free()
    let gatewayPort = LoopbackPort.free()
    let healthPort = LoopbackPort.free()
    let curl = CurlClient()
    let mongo: MongoClient
    let postgres: PostgresClient
    let producer: KafkaProducer
    let log: KafkaLogReader
    let topics: PipelineTopics
    private let kafkaAdmin: KafkaAdmin

    private let id = String(UInt32.random(in: .min ... .max), radix: 36)
    private let folder: String
    let redisDatabase = 9
    private var postgresDatabase: String { "openim_e2e_\(self.id)" }

    private init() throws {
        signal(SIGPIPE, SIG_IGN)
        let logger = Logger(label: "e2e") { _ in SwiftLogNoOpLogHandler() }
        self.folder = FileManager.default.temporaryDirectory.appending(path: "openim-e2e-\(self.id)").path
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        var topics = PipelineTopics()
        topics.toRedis = "e2e-\(self.id)-toRedis"
        topics.toMongo = "e2e-\(self.id)-toMongo"
        topics.toPush = "e2e-\(self.id)-toPush"
        self.topics = topics
        let kafka = KafkaConnectionConfiguration(
            bootstrapServers: ["\(Stack.kafka.host):\(Stack.kafka.port)"],
            clientID: "e2e"
        )
        self.producer = try KafkaProducer(KafkaProducerConfiguration(kafka), logger: logger)
        self.log = try KafkaLogReader(kafka, logger: logger)
        self.kafkaAdmin = try KafkaAdmin(kafka, logger: logger)
        self.mongo = try MongoClient(
            MongoConfiguration(uri: Stack.mongoURI, database: "openim_test", connectionsMax: 2),
            logger: logger
        )
        self.postgres = PostgresClient(Self.postgresConfiguration("openim_e2e_\(self.id)"), logger: logger)
    }

    /// Runs `body` with a fresh server and its stores, and cleans up.
    static func run(_ body: (ServerUnderTest) async throws -> Void) async throws {
        let server = try ServerUnderTest()
        try await server.createDatabases()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.curl.run() }
                group.addTask { try await server.mongo.run() }
                group.addTask { try await server.postgres.run() }
                group.addTask { try await server.producer.run() }
                group.addTask { try await server.kafkaAdmin.run() }
                defer { group.cancelAll() }
                while !server.curl.isReady { try await Task.sleep(for: .milliseconds(1)) }
                try await server.emptyMongo()
                try await server.createTopics()
                do {
                    try await body(server)
                } catch {
                    await server.deleteTopics()
                    throw error
                }
                await server.deleteTopics()
            }
        } catch {
            await server.dropDatabases()
            throw error
        }
        await server.dropDatabases()
    }

    private var topicNames: [String] {
        [self.topics.toRedis, self.topics.toMongo, self.topics.toPush].flatMap { [$0, "\($0).deadLetter"] }
    }

    private func createTopics() async throws {
        let topics = self.topicNames.map { KafkaNewTopic($0, partitions: 4) }
        for result in try await self.kafkaAdmin.createTopics(topics, deadline: .after(.seconds(30))).values {
            try result.get()
        }
    }

    /// What is left over does no harm: names are used once.
    private func deleteTopics() async {
        _ = try? await self.kafkaAdmin.deleteTopics(Set(self.topicNames), deadline: .after(.seconds(30)))
    }

    /// Starts the process and waits until it is ready.
    func start(roles: String = "all", extra: [String: String] = [:]) async throws -> TestProcess {
        let process = try self.launch(["--roles", roles], extra: extra)
        let isReady = try await eventually(within: .seconds(60)) {
            process.output.contains("openim is ready") || process.exitCode != nil
        }
        guard isReady, process.exitCode == nil else {
            throw NotReady(output: process.output + process.errorOutput)
        }
        return process
    }

    /// Starts the process and returns at once.
    func launch(_ arguments: [String], extra: [String: String] = [:]) throws -> TestProcess {
        try self.launch("openim", ["-c", self.configFolder] + arguments, extra: extra)
    }

    /// The configuration that the server is started with, before what the environment changes of it.
    var configFolder: String { FileManager.default.currentDirectoryPath + "/config" }

    /// Starts a program of this package with the server's environment, and returns at once.
    func launch(_ program: String, _ arguments: [String], extra: [String: String] = [:]) throws -> TestProcess {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(self.overrides) { _, new in new }
        environment.merge(extra) { _, new in new }
        return try TestProcess(
            BuiltProduct.path(program),
            arguments,
            environment: environment,
            folder: self.folder
        )
    }

    struct NotReady: Error, CustomStringConvertible {
        let output: String
        var description: String { "openim did not become ready:\n\(self.output)" }
    }

    var api: APIClient {
        APIClient(baseURL: "http://127.0.0.1:\(self.apiPort)", curl: self.curl)
    }

    /// The secret of the server's tokens, the one that the stack's script made.
    static let secret = "the secret of the end-to-end tests"

    /// Registers users with fresh names and returns each with a token.
    func users(_ count: Int, platform: Platform = .iOS) async throws -> [(userID: String, token: String)] {
        let admin = try await self.api.adminToken(secret: Self.secret, userID: "imAdmin")
        let names = (0..<count).map { "u\($0)_\(UInt32.random(in: .min ... .max))" }
        try await self.api.register(names.map { ($0, "nick \($0)") }, adminToken: admin)
        var users: [(userID: String, token: String)] = []
        for name in names {
            users.append((name, try await self.api.userToken(of: name, platform: platform, adminToken: admin)))
        }
        return users
    }

    func connect(
        _ user: (userID: String, token: String),
        platform: Platform = .iOS,
        encoding: EnvelopeEncoding = .gob,
        compression: Bool = true
    ) async throws -> IMClient {
        try await IMClient.connect(
            host: "127.0.0.1",
            port: self.gatewayPort,
            userID: user.userID,
            token: user.token,
            platformID: platform.rawValue,
            encoding: encoding,
            compression: compression
        )
    }

    /// The seqs and client ids that both stores hold of a conversation, once both hold `count` messages and `accepted`.
    ///
    /// Stored may also be messages that were never answered, so the number alone does not tell that all accepted ones
    /// have arrived.
    func stored(
        _ conversationID: String,
        count: Int,
        accepted: [String] = []
    ) async throws -> (mongo: [Int64: String], postgres: [Int64: String]) {
        var result: (mongo: [Int64: String], postgres: [Int64: String]) = ([:], [:])
        _ = try await eventually(within: .seconds(30)) {
            let history = HistoryStore(mongo: self.mongo)
            let head = try await history.heads(of: [conversationID])[conversationID]?.maxSeq ?? 0
            let messages = head > 0 ? try await history.messages(conversationID, seqs: Array(1...head)) : [:]
            let rows = try await self.postgres.query(
                "SELECT seq, client_msg_id FROM messages WHERE conversation_id = \(conversationID)"
            )
            result.mongo = messages.mapValues(\.clientMsgID)
            result.postgres = [:]
            for row in rows {
                result.postgres[try row.decode("seq")] = try row.decode("client_msg_id", as: String.self)
            }
            guard result.mongo.count >= count, result.postgres.count >= count else { return false }
            guard !accepted.isEmpty else { return true }
            return result.mongo == result.postgres && Set(accepted).isSubset(of: result.mongo.values)
        }
        return result
    }

    private var overrides: [String: String] {
        [
            "OPENIM_SECRET": Self.secret,
            "REDIS_PASSWORD": Stack.redis.password,
            "POSTGRES_PASSWORD": Stack.postgres.password,
            "MONGO_PASSWORD": Stack.mongo.password,
            "IMENV_OPENIM_API_API_PORTS": "\(self.apiPort)",
            "IMENV_OPENIM_MSGGATEWAY_LONGCONNSVR_PORTS": "\(self.gatewayPort)",
            "IMENV_OPENIM_HEALTH_PORTS": "\(self.healthPort)",
            "IMENV_REDIS_ADDRESS": "\(Stack.redis.host):\(Stack.redis.port)",
            "IMENV_REDIS_DB": "\(self.redisDatabase)",
            "IMENV_MONGODB_DATABASE": "openim_test",
            "IMENV_POSTGRES_DATABASE": self.postgresDatabase,
            "IMENV_KAFKA_TOREDISTOPIC": self.topics.toRedis,
            "IMENV_KAFKA_TOMONGOTOPIC": self.topics.toMongo,
            "IMENV_KAFKA_TOPUSHTOPIC": self.topics.toPush,
            "IMENV_KAFKA_TOREDISGROUPID": "e2e-\(self.id)-redis",
            "IMENV_KAFKA_TOMONGOGROUPID": "e2e-\(self.id)-mongo",
            "IMENV_KAFKA_TOPUSHGROUPID": "e2e-\(self.id)-push",
            "IMENV_KAFKA_ARCHIVEGROUPID": "e2e-\(self.id)-archive",
        ]
    }

    private static func postgresConfiguration(_ database: String) -> PostgresConfiguration {
        PostgresConfiguration(
            host: Stack.postgres.host,
            port: Stack.postgres.port,
            database: database,
            username: "openim",
            password: Stack.postgres.password,
            connectionsMax: 2
        )
    }

    private func createDatabases() async throws {
        let name = self.postgresDatabase
        try await Self.withAdministrator { admin in
            _ = try await admin.execute("CREATE DATABASE \(unescaped: name)")
        }
        let redis = RedisClient(
            RedisConfiguration(port: Stack.redis.port, password: Stack.redis.password, database: self.redisDatabase),
            logger: Logger(label: "e2e")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await redis.run() }
            defer { group.cancelAll() }
            _ = try await redis.send(RedisCommand("FLUSHDB"))
        }
    }

    private func emptyMongo() async throws {
        for name in ["msg", "seq", "pipeline"] {
            _ = try await self.mongo.collection(name).deleteMany([:])
        }
    }

    private func dropDatabases() async {
        let name = self.postgresDatabase
        // What stays behind is a small database under a name that nobody uses again.
        try? await Self.withAdministrator { admin in
            _ = try await admin.execute("DROP DATABASE IF EXISTS \(unescaped: name) WITH (FORCE)")
        }
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    private static func withAdministrator(_ body: (PostgresClient) async throws -> Void) async throws {
        let admin = PostgresClient(self.postgresConfiguration("openim"), logger: Logger(label: "e2e"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await admin.run() }
            defer { group.cancelAll() }
            try await body(admin)
        }
    }
}

import IMServices
import IMStorage
import IMWorkers
import Kafka
import Logging
import Mongo
import Postgres
import Redis
import ServerRuntime

/// The drivers, stores and services of one process.
///
/// Which roles use them is decided elsewhere.
struct Assembly: Sendable {
    let settings: ServerSettings
    let logger: Logger

    let redis: RedisClient
    let mongo: MongoClient
    let postgres: PostgresClient
    let producer: KafkaProducer
    let log: KafkaLogReader

    let caches: Caches
    let invalidationRelay: InvalidationRelay
    let archivePartitions: ArchivePartitions
    let history: HistoryStore
    let positions: ReadPositionStore
    let groups: GroupRepository
    let auth: AuthServer
    let user: UserServer
    let msg: MsgServer
    let transfer: TransferDependencies

    init(_ settings: ServerSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        self.redis = RedisClient(settings.redis, logger: logger.labelled("redis"))
        self.mongo = try MongoClient(settings.mongo, logger: logger.labelled("mongo"))
        self.postgres = PostgresClient(settings.postgres, logger: logger.labelled("postgres"))
        self.producer = try KafkaProducer(settings.kafka.producer, logger: logger.labelled("kafka"))
        self.log = try KafkaLogReader(settings.kafka.connection, logger: logger.labelled("kafka"))

        let cacheLogger = logger.labelled("caches")
        self.caches = try Caches(redis: self.redis, settings: settings.localCaches, logger: cacheLogger)
        self.invalidationRelay = InvalidationRelay(postgres: self.postgres, caches: self.caches, logger: cacheLogger)
        self.archivePartitions = ArchivePartitions(postgres: self.postgres, logger: logger.labelled("archive"))
        let changes = DataChanges(postgres: self.postgres, caches: self.caches, logger: cacheLogger)
        let users = UserRepository(postgres: self.postgres, caches: self.caches, changes: changes)
        let tokens = TokenStore(redis: self.redis, caches: self.caches)
        let conversations = ConversationRepository(postgres: self.postgres, caches: self.caches, changes: changes)
        let cache = MessageCache(redis: self.redis)
        let readSeqs = ReadSeqCache(redis: self.redis)
        self.history = HistoryStore(mongo: self.mongo)
        self.positions = ReadPositionStore(mongo: self.mongo)
        self.groups = GroupRepository(postgres: self.postgres, caches: self.caches)
        self.auth = try AuthServer(settings: settings.auth, tokens: tokens, users: users)
        self.user = UserServer(users: users)
        self.msg = MsgServer(
            settings: settings.msg,
            dependencies: MsgDependencies(
                outlet: self.producer,
                topics: settings.kafka.topics,
                users: users,
                friends: FriendRepository(postgres: self.postgres, caches: self.caches),
                groups: self.groups,
                conversations: conversations,
                reader: MessageReader(cache: cache, history: self.history),
                marker: self.history,
                positions: self.positions,
                readSeqs: readSeqs,
                stale: MessageEviction(redis: self.redis),
                sendTimes: SendTimeStore(redis: self.redis),
                statuses: SendStatusStore(redis: self.redis)
            )
        )
        self.transfer = TransferDependencies(
            producer: self.producer,
            log: self.log,
            topics: settings.kafka.topics,
            history: self.history,
            archive: ArchiveStore(postgres: self.postgres),
            cache: cache,
            conversations: conversations,
            positions: self.positions,
            readSeqs: readSeqs,
            logger: logger.labelled("msgtransfer")
        )
    }

    /// The systems that must answer before a role starts.
    var parts: [StackPart] {
        let deadline: @Sendable () -> Deadline = { .after(.seconds(3)) }
        return [
            StackPart(name: "Redis", address: "\(self.settings.redis.host):\(self.settings.redis.port)") {
                _ = try await self.redis.send(.ping, deadline: deadline())
            },
            StackPart(name: "Postgres", address: "\(self.settings.postgres.host):\(self.settings.postgres.port)") {
                _ = try await self.postgres.query("SELECT 1", deadline: deadline())
            },
            StackPart(name: "MongoDB", address: self.settings.mongo.hosts) {
                _ = try await self.mongo.runCommand(["ping": .int32(1)], deadline: deadline())
            },
            StackPart(name: "Kafka", address: self.settings.kafka.connection.bootstrapServers.joined(separator: ",")) {
                _ = try await self.partitionCount(deadline: deadline())
            },
        ]
    }

    /// Brings schema, indexes and administrators' accounts in line, and checks that the topics fit what is stored.
    func prepare() async throws {
        try await self.postgres.migrate(SchemaMigrations.all)
        try await self.history.prepare()
        try await self.positions.prepare()
        try await self.history.checkPartitionCount(try await self.partitionCount(deadline: .after(.seconds(10))))
        try await self.user.ensureAdministrators(self.settings.administrators.map { ($0.userID, $0.nickname) })
    }

    /// The number of partitions that the topics share.
    private func partitionCount(deadline: Deadline) async throws -> Int32 {
        var counts: [String: Int32] = [:]
        for topic in self.settings.kafka.topics.aligned {
            guard let count = try await self.log.partitionCount(topic: topic, deadline: deadline) else {
                throw StorageError.partitionCount("topic \(topic) does not exist")
            }
            counts[topic] = count
        }
        guard let count = counts.values.first, counts.values.allSatisfy({ $0 == count }) else {
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            throw StorageError.partitionCount("these topics must have the same number of partitions: \(list)")
        }
        return count
    }
}

extension Logger {
    /// The same logger under the name of a part of the process.
    func labelled(_ part: String) -> Logger {
        var logger = self
        logger[metadataKey: "part"] = "\(part)"
        return logger
    }
}

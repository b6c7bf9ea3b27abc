import Glibc
import IMAPI
import IMGateway
import IMStorage
import IMWorkers
import Kafka
import Logging
import Mongo
import NIOCore
import Postgres
import Redis
import ServiceLifecycle
import UnixSignals

/// One running `openim`: drivers, then what checks them, then the roles.
///
/// A stop goes the other way round.
struct ServerProcess: Sendable {
    static let version = "0.1.0"
    private static let stack = "stack"

    let settings: ServerSettings
    let roles: Set<RoleName>
    let logger: Logger

    /// Runs until SIGTERM or SIGINT, or until a part fails.
    func run() async throws {
        let assembly = try Assembly(self.settings, logger: self.logger)
        let gate = StartGate()
        let awaited = self.roles.intersection([.api, .msgGateway, .msgTransfer, .push]).map(\.rawValue)
        let readiness = Readiness(awaited: Set(awaited + [Self.stack])) { line in
            print(line)
            fflush(nil)
        }
        let health = HealthServer(
            listen: self.settings.health,
            readiness: readiness,
            parts: assembly.parts,
            version: Self.version,
            logger: self.logger.labelled("health")
        )
        var services = [
            ProcessService(name: "redis") { try await assembly.redis.run() },
            ProcessService(name: "postgres") { try await assembly.postgres.run() },
            ProcessService(name: "mongo") { try await assembly.mongo.run() },
            ProcessService(name: "kafka producer") { try await assembly.producer.run() },
            ProcessService(name: "caches") { try await assembly.caches.run() },
            ProcessService(name: "invalidation relay", gate: gate) {
                try await assembly.invalidationRelay.run()
            },
            ProcessService(name: "health", stopsItself: true) { try await health.run() },
            ProcessService(name: "start") {
                try await self.start(assembly, gate, readiness)
            },
        ]
        services += try self.roleServices(assembly, gate, readiness)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger.labelled("process")
        )
        configuration.maximumGracefulShutdownDuration = self.settings.stopTimeout
        try await ServiceGroup(configuration: configuration).run()
    }

    private func start(_ assembly: Assembly, _ gate: StartGate, _ readiness: Readiness) async throws {
        let check = StartupCheck(parts: assembly.parts, logger: self.logger.labelled("start"))
        try await check.wait(atMost: self.settings.startTimeout)
        try await assembly.prepare()
        gate.open()
        readiness.arrived(Self.stack)
        // Nothing is left to do, but returning would stop the group.
        try await Task.sleep(for: .seconds(1_000_000_000))
    }

    private func roleServices(
        _ assembly: Assembly,
        _ gate: StartGate,
        _ readiness: Readiness
    ) throws -> [ProcessService] {
        var services: [ProcessService] = []
        func add(_ name: String, _ work: @escaping @Sendable () async throws -> Void) {
            services.append(ProcessService(name: name, gate: gate, work: work))
        }
        if self.roles.contains(.msgTransfer) {
            let transfer = TransferWorker(
                consumer: try self.consumer(of: \.toRedis, group: \.toRedisGroup),
                dependencies: assembly.transfer
            )
            let history = HistoryWriter(
                consumer: try self.consumer(of: \.toMongo, group: \.toMongoGroup),
                dependencies: assembly.transfer
            )
            let archiver = Archiver(
                consumer: try self.consumer(of: \.toMongo, group: \.archiveGroup),
                dependencies: assembly.transfer
            )
            add("archiver") { try await archiver.run() }
            add("archive partitions") { try await assembly.archivePartitions.run() }
            add("history writer") { try await history.run() }
            add("transfer") {
                async let running: Void = transfer.run()
                try await transfer.joined()
                readiness.arrived(RoleName.msgTransfer.rawValue)
                try await running
            }
        }
        if self.roles.contains(.msgGateway) {
            let gateway = self.gateway(assembly)
            add(RoleName.msgGateway.rawValue) {
                async let running: Void = gateway.run()
                let port = try await gateway.address.port ?? self.settings.gateway.listen.port
                let name = RoleName.msgGateway.rawValue
                readiness.arrived(name, address: "ws://\(self.settings.gateway.listen.listenIP):\(port)")
                try await running
            }
            if self.roles.contains(.push) {
                let push = PushWorker(
                    consumer: try self.consumer(of: \.toPush, group: \.toPushGroup),
                    gateway: gateway,
                    groups: assembly.groups,
                    producer: assembly.producer,
                    logger: self.logger.labelled("push")
                )
                add(RoleName.push.rawValue) {
                    async let running: Void = push.run()
                    try await push.joined()
                    readiness.arrived(RoleName.push.rawValue)
                    try await running
                }
            }
        }
        if self.roles.contains(.api) {
            let api = self.api(assembly, readiness)
            add(RoleName.api.rawValue) { try await api.run() }
        }
        return services
    }
}

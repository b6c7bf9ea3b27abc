import Foundation
import IMServices
import IMStorage
import Kafka
import Logging
import ServerRuntime
import Telemetry
import Testing

@testable import OpenIM

@Suite struct ServerSettingsTests {
    /// The folder with Package.swift, found from this file's own place.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func shipped(_ variables: [String: String], instance: Int = 0) throws -> ServerSettings {
        let folder = try ConfigurationFolder(path: "\(Self.root)/config", variables: variables)
        return try ServerSettings(folder, instance: instance)
    }

    @Test func `the shipped configuration has no problem and no key without effect`() throws {
        let settings = try self.shipped(["OPENIM_SECRET": "s"])
        #expect(settings.keysWithoutEffect == [])
    }

    @Test func `the shipped values are the defaults`() throws {
        let shipped = try self.shipped(["OPENIM_SECRET": "s"])
        #expect(shipped.api.port == 10_002)
        #expect(shipped.gateway.listen.port == 10_001)
        #expect(shipped.health.port == 10_003)
        #expect(shipped.gateway.connectionsMax == 100_000)
        #expect(shipped.auth.secret == "s")
        #expect(shipped.auth.adminUserIDs == ["imAdmin"])
        #expect(shipped.auth.multiLogin == .onePerPlatform)
        #expect(shipped.auth.tokenLifetime == .seconds(90 * 86_400))
        #expect(shipped.msg == MsgServer.Settings(adminUserIDs: ["imAdmin"], verifiesFriends: false))
        #expect(shipped.administrators.map(\.nickname) == ["superAdmin"])
        #expect(shipped.kafka.topics == PipelineTopics())
        #expect(shipped.localCaches == LocalCacheSettings())
        #expect(shipped.log.level == .info)
        #expect(shipped.log.format == .json)
        #expect(shipped.startTimeout == .seconds(60))
        #expect(shipped.stopTimeout == .seconds(15))
    }

    @Test func `the secret has no default`() {
        let error = #expect(throws: ConfigurationError.self) { try self.shipped([:]) }
        #expect(error?.description.contains("OPENIM_SECRET") == true)
        let empty = #expect(throws: ConfigurationError.self) { try self.shipped(["OPENIM_SECRET": ""]) }
        #expect(empty?.description.contains("share.yml: secret") == true)
    }

    @Test func `the environment overrides files and all problems come together`() throws {
        let changed = try self.shipped([
            "OPENIM_SECRET": "s", "IMENV_OPENIM_API_API_PORTS": "8080", "IMENV_SHARE_MULTILOGIN_POLICY": "5",
            "IMENV_LOG_ISJSON": "false", "KAFKA_PORT": "9999", "IMENV_OPENIM_RPC_MSG_FRIENDVERIFY": "true",
        ])
        #expect(changed.api.port == 8080)
        #expect(changed.auth.multiLogin == .pcAndOneOther)
        #expect(changed.msg.verifiesFriends)
        #expect(changed.log.format == .console)
        #expect(changed.kafka.connection.bootstrapServers == ["127.0.0.1:9999"])
        let error = #expect(throws: ConfigurationError.self) {
            try self.shipped([
                "OPENIM_SECRET": "s", "IMENV_SHARE_MULTILOGIN_POLICY": "2", "IMENV_LOG_REMAINLOGLEVEL": "7",
                "IMENV_OPENIM_STARTTIMEOUT": "soon", "IMENV_REDIS_REDISMODE": "cluster",
            ])
        }
        let text = error?.description ?? ""
        #expect(error?.problems.count == 4)
        for key in ["share.yml: multiLogin.policy", "log.yml: remainLogLevel", "openim.yml: startTimeout"] {
            #expect(text.contains(key))
        }
        #expect(text.contains("redis.yml: redisMode"))
    }

    @Test func `an instance beyond the lists of ports is a problem of each list`() {
        let error = #expect(throws: ConfigurationError.self) {
            try self.shipped(["OPENIM_SECRET": "s"], instance: 1)
        }
        #expect(error?.problems.count == 3)
    }
}

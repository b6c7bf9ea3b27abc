import Mongo
import Postgres
import Redis
import ServerRuntime
import Testing

@testable import IMStorage

@Suite struct StoreSettingsTests {
    @Test func `without a file the stores of this machine are meant`() throws {
        let redis = try TestConfiguration.read("") { RedisConfiguration(reading: $0) }
        #expect((redis.host, redis.port) == ("127.0.0.1", 16_379))
        let postgres = try TestConfiguration.read("") { PostgresConfiguration(reading: $0) }
        #expect((postgres.host, postgres.port) == ("127.0.0.1", 15_432))
        #expect(postgres.password == nil)
        let mongo = try TestConfiguration.read("") { MongoConfiguration(reading: $0) }
        #expect(mongo.uri == "mongodb://127.0.0.1:37017/")
        #expect(mongo.database == "openim_v3")
    }

    @Test func `redis.yml is read`() throws {
        let yaml = "address: [r1:7000, r2:7001]\nusername: u\npassword: p\nredisMode: Standalone\ndb: 2\n"
        let redis = try TestConfiguration.read(yaml) { RedisConfiguration(reading: $0) }
        #expect((redis.host, redis.port, redis.database) == ("r1", 7000, 2))
        #expect((redis.username, redis.password) == ("u", "p"))
    }

    @Test func `the sentinels of redis.yml are read`() throws {
        let yaml = """
            redisMode: sentinel
            sentinelMode:
              masterName: m
              sentinelsAddrs: ["s1:1", "[::1]:2"]
            """
        let redis = try TestConfiguration.read(yaml) { RedisConfiguration(reading: $0) }
        let endpoints = [RedisEndpoint(host: "s1", port: 1), RedisEndpoint(host: "::1", port: 2)]
        #expect(redis.topology == .sentinel(RedisSentinels(masterName: "m", endpoints: endpoints)))
    }

    @Test(arguments: [
        "redisMode: sentinel\nsentinelMode: {sentinelsAddrs: [s1]}",
        "redisMode: cluster", "address: r1", "address: [\"r1:0\"]", "db: -1",
    ])
    func `what Redis cannot be reached with is a problem`(yaml: String) {
        #expect(throws: ConfigurationError.self) {
            try TestConfiguration.read(yaml) { RedisConfiguration(reading: $0) }
        }
    }

    @Test func `postgres.yml is read`() throws {
        let yaml = """
            address: "[::1]:5433"
            database: d
            username: u
            password: p
            sslMode: VERIFY-FULL
            maxPoolSize: 3
            statementTimeout: 5s
            """
        let postgres = try TestConfiguration.read(yaml) { PostgresConfiguration(reading: $0) }
        #expect((postgres.host, postgres.port) == ("::1", 5433))
        #expect((postgres.database, postgres.username, postgres.password) == ("d", "u", "p"))
        #expect(postgres.sslMode.rawValue == "verify-full")
        #expect(postgres.connectionsMax == 3)
        #expect(postgres.statementTimeout == .seconds(5))
    }

    @Test(arguments: ["sslMode: maybe", "maxPoolSize: 0", "statementTimeout: 10ms", "address: nowhere"])
    func `what Postgres cannot be reached with is a problem`(yaml: String) {
        #expect(throws: ConfigurationError.self) {
            try TestConfiguration.read(yaml) { PostgresConfiguration(reading: $0) }
        }
    }

    @Test func `MongoDB's address, login and database become a connection string`() throws {
        let yaml = "address: [a:1, b:2]\nusername: u@x\npassword: 'p:/?'\ndatabase: d\nauthSource: s\n"
        let mongo = try TestConfiguration.read(yaml) { MongoConfiguration(reading: $0) }
        #expect(mongo.uri == "mongodb://u%40x:p%3A%2F%3F@a:1,b:2/?authSource=s")
        #expect(mongo.hosts == "a:1,b:2")
        #expect(mongo.database == "d")
    }

    @Test func `a whole connection string wins over its parts`() throws {
        let yaml = "uri: mongodb://x:y@h:1/?replicaSet=r\naddress: [a:1]\nusername: u\npassword: p\n"
        let mongo = try TestConfiguration.read(yaml) { MongoConfiguration(reading: $0) }
        #expect(mongo.uri == "mongodb://x:y@h:1/?replicaSet=r")
        #expect(mongo.hosts == "h:1")
    }

    @Test func `a problem never shows a password`() {
        let yaml = "address: bad\nusername: u\npassword: s3cret\nsslMode: bad\n"
        let error = #expect(throws: ConfigurationError.self) {
            try TestConfiguration.read(yaml) { section in
                _ = PostgresConfiguration(reading: section)
                _ = RedisConfiguration(reading: section)
                _ = MongoConfiguration(reading: section)
                _ = KafkaSettings(reading: section)
            }
        }
        #expect(error?.description.contains("s3cret") == false)
    }
}

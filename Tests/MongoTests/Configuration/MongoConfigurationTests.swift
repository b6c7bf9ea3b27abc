import Logging
import Mongo
import Testing

@Suite struct MongoConfigurationTests {
    struct Fault: Sendable {
        let option: String
        let change: @Sendable (inout MongoConfiguration) -> Void

        init(_ option: String, _ change: @escaping @Sendable (inout MongoConfiguration) -> Void) {
            self.option = option
            self.change = change
        }
    }

    private static let faults: [Fault] = [
        Fault("database:") { $0.database = "" },
        Fault("database:") { $0.database = "a.b" },
        Fault("database:") { $0.database = String(repeating: "a", count: 64) },
        Fault("connectionsMax: must be within 1...1000") { $0.connectionsMax = 0 },
        Fault("connectionsMax: must be within 1...1000") { $0.connectionsMax = 1_001 },
        Fault("threadsMax: must be within 1...connectionsMax") { $0.threadsMax = 99 },
        Fault("waitersMax:") { $0.waitersMax = -1 },
        Fault("connectTimeout:") { $0.connectTimeout = .zero },
        Fault("serverSelectionTimeout:") { $0.serverSelectionTimeout = .seconds(100_000) },
        Fault("operationTimeout:") { $0.operationTimeout = .seconds(-1) },
        Fault("closeGrace:") { $0.closeGrace = .seconds(-1) },
        Fault("applicationName:") { $0.applicationName = String(repeating: "x", count: 129) },
        Fault("replicaSet:") { $0.replicaSet = "" },
        Fault("directConnection:") {
            $0.uri = "mongodb://a,b/"
            $0.directConnection = true
        },
        Fault("tls.caFile: must name a file that can be read") { $0.tls = MongoTLS(caFile: "/nowhere/ca.pem") },
        Fault("tls.caFile: must name a file that can be read") {
            $0.uri = "mongodb://h/?tls=true&tlsCAFile=/nowhere/ca.pem"
        },
        Fault("tls.certificateKeyPassword:") { $0.tls = MongoTLS(certificateKeyPassword: "hidden") },
        Fault("tls.certificateKeyFile: is needed for X.509") { $0.credentials = .x509 },
        Fault("credentials.user:") { $0.credentials = MongoCredentials(user: "", password: "hidden") },
        Fault("credentials.password:") { $0.credentials = MongoCredentials(user: "u", password: "") },
        Fault("credentials.mechanism:") {
            $0.credentials = MongoCredentials(user: "u", password: "hidden", mechanism: .plain)
        },
        Fault("writeConcern:") { $0.writeConcern = MongoWriteConcern(acknowledgement: .members(0)) },
        Fault("readConcern:") { $0.readConcern = .snapshot },
        Fault("readPreference:") { $0.readPreference = MongoReadPreference(.secondary, stalenessMax: .seconds(5)) },
        Fault("uri: must not be empty") { $0.uri = "" },
        Fault("uri: must begin with mongodb://") { $0.uri = "http://user:hidden@h" },
        Fault("uri:") { $0.uri = "mongodb://user:hidden@h:x/" },
        Fault("uri:") { $0.uri = "mongodb://user:hid/den@h/" },
        Fault("uri:") { $0.uri = "mongodb://user:hidden@" },
        Fault("uri:") { $0.uri = "mongodb://h/?tls=true&tlsInsecure=true&tlsCertificateKeyFilePassword=hidden&tls=5" },
    ]

    @Test(arguments: Self.faults.indices)
    func `a value that cannot be used is an error that names the option and no secret`(index: Int) {
        let fault = Self.faults[index]
        var configuration = MongoConfiguration(uri: "mongodb://127.0.0.1/", database: "d")
        fault.change(&configuration)
        do throws(MongoError) {
            _ = try MongoClient(configuration, logger: Logger(label: "test"))
            Issue.record("accepted: \(fault.option)")
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.hasPrefix(fault.option), "\(error)")
            #expect(!"\(error)".contains("hidden") && !"\(error)".contains("hid/den"))
        }
    }

    @Test func `a description or a dump shows no secret`() {
        var configuration = MongoConfiguration(
            hosts: [MongoHost("h")],
            database: "d",
            credentials: MongoCredentials(user: "u", password: "hidden"),
            tls: MongoTLS(certificateKeyFile: "/f", certificateKeyPassword: "hidden")
        )
        configuration.uri = "mongodb://user:hidden@host/"
        var text = ""
        dump(configuration, to: &text)
        dump(configuration.credentials, to: &text)
        dump(configuration.tls, to: &text)
        text += "\(configuration)\(String(reflecting: configuration))\(String(describing: configuration.credentials))"
        #expect(!text.contains("hidden"))
    }

    @Test(arguments: [
        ([MongoHost("a")], "mongodb://a:27017/"),
        ([MongoHost("::1", port: 5), MongoHost("10.0.0.1", port: 6)], "mongodb://[::1]:5,10.0.0.1:6/"),
        ([MongoHost("/run/m.sock")], "mongodb://%2Frun%2Fm.sock/"),
    ])
    func `a list of hosts becomes a connection string`(hosts: [MongoHost], uri: String) throws {
        let configuration = MongoConfiguration(hosts: hosts, database: "d")
        #expect(configuration.uri == uri)
        _ = try MongoClient(configuration, logger: Logger(label: "test"))
    }

    @Test func `all options that are fine are accepted together`() throws {
        var configuration = MongoConfiguration(
            hosts: [MongoHost("a"), MongoHost("b")],
            database: "d",
            credentials: MongoCredentials(user: "ü@:/", password: "p@:/%", mechanism: .scramSHA1, source: "x"),
            tls: MongoTLS(allowsInvalidCertificates: true, allowsInvalidHostnames: true),
            replicaSet: "rs"
        )
        configuration.readPreference = MongoReadPreference(
            .nearest,
            tagSets: [["zone": "a"]],
            stalenessMax: .seconds(90)
        )
        configuration.readConcern = .majority
        configuration.retryReads = false
        configuration.retryWrites = false
        configuration.applicationName = "test"
        configuration.writeConcern = MongoWriteConcern(acknowledgement: .members(2), journal: false)
        _ = try MongoClient(configuration, logger: Logger(label: "test"))
    }
}

import ServerRuntime
import Testing

@testable import IMStorage

@Suite struct ListenSettingsTests {
    private func read(_ yaml: String, instance: Int) throws -> ListenSettings {
        try TestConfiguration.read(yaml) {
            ListenSettings(reading: $0, portsAt: "ports", default: 10_001, instance: instance)
        }
    }

    @Test(arguments: [(0, 7001), (1, 7002)]) func `an instance takes its entry of the ports`(
        instance: Int,
        port: Int
    ) throws {
        let settings = try self.read("listenIP: 0.0.0.0\nports: [7001, 7002]\n", instance: instance)
        #expect((settings.listenIP, settings.port) == ("0.0.0.0", port))
    }

    @Test func `without a file it listens on this machine only`() throws {
        let settings = try self.read("", instance: 0)
        #expect((settings.listenIP, settings.port) == ("127.0.0.1", 10_001))
    }

    @Test(arguments: [("ports: [7001]", 1), ("", 1), ("ports: [7001]", -1), ("ports: [70000]", 0), ("ports: [x]", 0)])
    func `an instance without a port is a problem`(yaml: String, instance: Int) {
        #expect(throws: ConfigurationError.self) { try self.read(yaml, instance: instance) }
    }

    @Test func `administrators need as many nicknames as ids`() throws {
        let read = { try TestConfiguration.read($0) { Administrator.read($0) } }
        #expect(try read("") == [Administrator(userID: "imAdmin", nickname: "superAdmin")])
        #expect(try read("userIDs: [a, b]\nnicknames: [x, y]\n").map(\.nickname) == ["x", "y"])
        #expect(throws: ConfigurationError.self) { try read("userIDs: [a, b]\nnicknames: [x]\n") }
    }
}

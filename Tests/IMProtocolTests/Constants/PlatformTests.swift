import Testing

@testable import IMProtocol

@Suite struct PlatformTests {
    @Test(arguments: [
        (Int32(1), "IOS", TerminalClass.mobile), (2, "Android", .mobile), (3, "Windows", .pc), (4, "OSX", .pc),
        (5, "Web", .web), (6, "MiniWeb", .miniWeb), (7, "Linux", .pc), (8, "APad", .pad), (9, "IPad", .pad),
        (10, "Admin", .admin), (11, "HarmonyOS", .harmonyOS),
    ])
    func `each platform has its number, name and class`(id: Int32, name: String, terminalClass: TerminalClass) {
        #expect(Platform(rawValue: id)?.name == name)
        #expect(Platform(rawValue: id)?.terminalClass == terminalClass)
        #expect(Platform.name(of: id) == name)
    }

    @Test(arguments: [Int32.min, -1, 0, 12, .max]) func `another number names no platform`(id: Int32) {
        #expect(Platform(rawValue: id) == nil)
        #expect(Platform.name(of: id) == "")
    }

    @Test func `there are eleven and their names differ`() {
        #expect(Platform.allCases.count == 11)
        #expect(Set(Platform.allCases.map(\.name)).count == 11)
    }
}

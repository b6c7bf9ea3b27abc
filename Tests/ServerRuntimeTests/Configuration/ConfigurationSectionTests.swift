import ServerRuntime
import Testing

@Suite struct ConfigurationSectionTests {
    private func section(_ yaml: String, _ body: (ConfigurationFolder, ConfigurationSection) throws -> Void) throws {
        try withFolder(["test.yml": yaml]) { path in
            let folder = try ConfigurationFolder(path: path, variables: [:])
            try body(folder, folder.section("test"))
        }
    }

    @Test func `every wrong value gives its default and all are reported together`() throws {
        let yaml = """
            number: many
            fraction: 1.5
            far: 99999999999999999999
            outside: 11
            flag: perhaps
            time: 5
            long: 48h
            mode: fast
            ports: [1, x]
            range: [1, 99]
            """
        try self.section(yaml) { folder, section in
            #expect(section.int("number", default: 1, in: 0...10) == 1)
            #expect(section.int("fraction", default: 2, in: 0...10) == 2)
            #expect(section.int("far", default: 3, in: 0...10) == 3)
            #expect(section.int("outside", default: 4, in: 0...10) == 4)
            #expect(section.bool("flag", default: true))
            #expect(section.duration("time", default: .seconds(5)) == .seconds(5))
            #expect(section.duration("long", default: .seconds(6)) == .seconds(6))
            #expect(section.string("mode", default: "slow", oneOf: ["slow", "steady"]) == "slow")
            #expect(section.ints("ports", default: [7], in: 0...10) == [7])
            #expect(section.ints("range", default: [8], in: 0...10) == [8])
            let error = #expect(throws: ConfigurationError.self) { try folder.validate() }
            let problems = error?.problems ?? []
            let keys = ["number", "fraction", "far", "outside", "flag", "time", "long", "mode", "ports", "range"]
            #expect(problems.count == keys.count)
            for (key, problem) in zip(keys, problems) { #expect(problem.hasPrefix("test.yml: \(key): ")) }
            #expect(problems.last?.contains("0...10") == true)
        }
    }

    @Test func `an optional text tells what is empty from what is absent`() throws {
        try self.section("full: a\nempty: \"\"\n") { _, section in
            #expect(section.optionalString("full") == "a")
            #expect(section.optionalString("empty")?.isEmpty == true)
            #expect(section.optionalString("absent") == nil)
        }
    }

    @Test func `the bounds of a range are allowed`() throws {
        try self.section("low: 0\nhigh: 10\nnone: 0s\nday: 24h\n") { folder, section in
            #expect(section.int("low", default: 5, in: 0...10) == 0)
            #expect(section.int("high", default: 5, in: 0...10) == 10)
            #expect(section.duration("none", default: .seconds(1)) == .zero)
            #expect(section.duration("day", default: .seconds(1)) == .seconds(86_400))
            try folder.validate()
        }
    }

    @Test func `a choice is compared without regard to case and answered as it is declared`() throws {
        try self.section("mode: STEADY\n") { folder, section in
            #expect(section.string("mode", default: "slow", oneOf: ["slow", "Steady"]) == "Steady")
            try folder.validate()
        }
    }

    @Test(arguments: [("true", true), ("false", false), ("True", true), ("FALSE", false)])
    func `switches are read`(text: String, expected: Bool) throws {
        try self.section("flag: \(text)\n") { folder, section in
            #expect(section.bool("flag", default: !expected) == expected)
            try folder.validate()
        }
    }

    @Test func `lists lose the blanks around their entries and empty entries`() throws {
        try self.section("list: ' a , b,,c '\nnumbers: '1 , 2'\nblock:\n  - x\n  - y\n") { folder, section in
            #expect(section.strings("list", default: []) == ["a", "b", "c"])
            #expect(section.ints("numbers", default: [], in: 0...9) == [1, 2])
            #expect(section.strings("block", default: []) == ["x", "y"])
            #expect(section.strings("none", default: ["d"]) == ["d"])
            try folder.validate()
        }
    }

    @Test func `a caller's own rule is reported with file and key`() throws {
        try self.section("") { folder, section in
            section.section("a").note("b", "must not be")
            let error = #expect(throws: ConfigurationError.self) { try folder.validate() }
            #expect(error?.description == "configuration: test.yml: a.b: must not be")
        }
    }
}

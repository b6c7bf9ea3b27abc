import ServerRuntime
import Testing

@Suite struct ConfigurationFolderTests {
    private static let files = [
        "redis.yml": """
        address: ["127.0.0.1:${REDIS_PORT:-16379}", second]
        username: ~
        password: ${REDIS_PASSWORD:-}
        db: 3
        nested:
          deepKey: text
          other-key: 5s
        """,
        "openim-rpc-auth.yml": "tokenPolicy:\n  expire: 90\n",
        "notes.txt": "not: read: at: all",
    ]

    private func withConfiguration<Result>(
        _ variables: [String: String] = [:],
        _ body: (ConfigurationFolder) throws -> Result
    ) throws -> Result {
        try withFolder(Self.files) { try body(ConfigurationFolder(path: $0, variables: variables)) }
    }

    @Test func `values, lists and nested keys are read`() throws {
        try self.withConfiguration { folder in
            let redis = folder.section("redis")
            #expect(redis.strings("address", default: []) == ["127.0.0.1:16379", "second"])
            #expect(redis.int("db", default: 0, in: 0...10) == 3)
            #expect(redis.section("nested").string("deepKey") == "text")
            #expect(redis.string("nested.deepKey") == "text")
            #expect(redis.duration("nested.other-key", default: .zero) == .seconds(5))
            #expect(folder.section("openim-rpc-auth").int("tokenPolicy.expire", default: 1, in: 1...100) == 90)
            try folder.validate()
        }
    }

    @Test func `key names match in any case`() throws {
        try self.withConfiguration { folder in
            #expect(folder.section("REDIS").int("DB", default: 0, in: 0...10) == 3)
            #expect(folder.section("redis").string("NESTED.deepkey") == "text")
        }
    }

    @Test func `absent, empty and null keys give the default`() throws {
        try self.withConfiguration { folder in
            let redis = folder.section("redis")
            #expect(redis.string("none", default: "x") == "x")
            #expect(redis.string("username", default: "x") == "x")
            #expect(redis.string("password", default: "x", isSecret: true) == "x")
            #expect(folder.section("missing").bool("isOn", default: true))
            try folder.validate()
        }
    }

    @Test func `variables fill references and IMENV names override the files`() throws {
        let variables = [
            "REDIS_PORT": "7000", "REDIS_PASSWORD": "s3cret", "IMENV_REDIS_DB": "7",
            "IMENV_REDIS_NESTED_OTHER_KEY": "2m", "IMENV_OPENIM_RPC_AUTH_TOKENPOLICY_EXPIRE": "30",
            "REDIS_DB": "9",
        ]
        try self.withConfiguration(variables) { folder in
            let redis = folder.section("redis")
            #expect(redis.strings("address", default: []).first == "127.0.0.1:7000")
            #expect(redis.string("password", isSecret: true) == "s3cret")
            #expect(redis.int("db", default: 0, in: 0...10) == 7)
            #expect(redis.duration("nested.other-key", default: .zero) == .seconds(120))
            #expect(folder.section("openim-rpc-auth").int("tokenPolicy.expire", default: 1, in: 1...100) == 30)
        }
    }

    @Test func `a key that only the environment has is read too`() throws {
        try self.withConfiguration(["IMENV_LOG_ISJSON": "false"]) { folder in
            #expect(!folder.section("log").bool("isJson", default: true))
        }
    }

    @Test func `keys that nothing reads are listed as they are written`() throws {
        try self.withConfiguration { folder in
            let redis = folder.section("redis")
            _ = redis.strings("address", default: [])
            _ = redis.string("username")
            _ = redis.string("password", isSecret: true)
            _ = redis.int("DB", default: 0, in: 0...10)
            #expect(
                folder.keysWithoutEffect == [
                    "openim-rpc-auth.yml: tokenPolicy.expire", "redis.yml: nested.deepKey",
                    "redis.yml: nested.other-key",
                ]
            )
        }
    }

    @Test func `all variables that are not set are reported together`() throws {
        let files = ["a.yml": "one: ${ONE}\ntwo: ${TWO}\n", "b.yml": "three: ${THREE\n"]
        try withFolder(files) { path in
            let error = #expect(throws: ConfigurationError.self) {
                try ConfigurationFolder(path: path, variables: [:])
            }
            let text = error?.description ?? ""
            #expect(error?.problems.count == 3)
            #expect(text.contains("ONE is not set") && text.contains("TWO is not set") && text.contains("B_THREE"))
            let rest = #expect(throws: ConfigurationError.self) {
                try ConfigurationFolder(path: path, variables: ["IMENV_A_ONE": "x", "TWO": "y"])
            }
            #expect(rest?.problems.count == 1, "an override makes the reference unneeded")
        }
    }

    @Test func `a folder that is missing and a file that is no YAML are named`() throws {
        let missing = #expect(throws: ConfigurationError.self) {
            try ConfigurationFolder(path: "/nonexistent/config", variables: [:])
        }
        #expect(missing?.description.contains("/nonexistent/config") == true)
        try withFolder(["bad.yml": "a: [1, 2\nb: }"]) { path in
            let error = #expect(throws: ConfigurationError.self) {
                try ConfigurationFolder(path: path, variables: [:])
            }
            #expect(error?.description.contains("bad.yml") == true)
        }
    }

    @Test(arguments: ["", "# only a comment\n", "just a text\n", "- a\n- b\n", "a:\n  - x: 1\n    y: 2\n"])
    func `files without keys and lists of maps do no harm`(text: String) throws {
        try withFolder(["odd.yml": text]) { path in
            let folder = try ConfigurationFolder(path: path, variables: [:])
            #expect(folder.section("odd").string("a", default: "x") == "x")
            try folder.validate()
        }
    }

    @Test func `text in a quoted value stays as it is`() throws {
        try withFolder(["q.yml": "a: \"null\"\nb: '  spaced  '\nc: 'no'\nd: '007'\n"]) { path in
            let section = try ConfigurationFolder(path: path, variables: [:]).section("q")
            #expect(section.string("a") == "null")
            #expect(section.string("b") == "  spaced  ")
            #expect(section.string("c") == "no")
            #expect(section.string("d") == "007")
        }
    }
}

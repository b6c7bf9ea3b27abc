import Testing

@testable import Mongo

@Suite struct OptionRulesTests {
    @Test(arguments: ["", "a\0", "a$b", ".a", "a."])
    func `collection names that cannot be are refused`(name: String) {
        let error = refusal { try OptionRules.collection(name) }
        #expect(error?.code == .invalidArgument && error?.message.hasPrefix("collection name") == true)
    }

    @Test(arguments: ["a", "a.b", "ünï", "system.views", "a b"])
    func `other collection names are taken`(name: String) {
        let error = refusal { try OptionRules.collection(name) }
        #expect(error == nil)
    }

    @Test(arguments: ["", "a.b", "a b", "a/b", "a\\b", "a\"b", "a$b", String(repeating: "x", count: 64)])
    func `database names that cannot be are refused`(name: String) {
        let error = refusal { try OptionRules.database(name) }
        #expect(error?.code == .invalidArgument && error?.message.hasPrefix("database name") == true)
    }

    @Test func `bounds are checked at their edges`() {
        let good = refusal {
            try OptionRules.notNegative("a", 0)
            try OptionRules.notNegative("a", nil)
            try OptionRules.positive("a", 1)
            try OptionRules.positive("a", 5, max: 5)
            try OptionRules.positive("a", Duration.nanoseconds(1))
            try OptionRules.seconds("a", .zero)
            try OptionRules.seconds("a", .seconds(Int64(Int32.max)))
        }
        #expect(good == nil)
        let bad: [() throws -> Void] = [
            { try OptionRules.notNegative("a", -1) },
            { try OptionRules.positive("a", 0) },
            { try OptionRules.positive("a", 6, max: 5) },
            { try OptionRules.positive("a", Duration.zero) },
            { try OptionRules.seconds("a", .seconds(-1)) },
            { try OptionRules.seconds("a", .milliseconds(1)) },
            { try OptionRules.seconds("a", .seconds(Int64(Int32.max) + 1)) },
        ]
        for check in bad {
            let error = refusal(check)
            #expect(error?.code == .invalidArgument && error?.message.hasPrefix("a: ") == true)
        }
    }

    @Test func `read preferences that contradict themselves are refused`() {
        let bad = [
            MongoReadPreference(.primary, tagSets: [["dc": "a"]]),
            MongoReadPreference(.primary, stalenessMax: .seconds(90)),
            MongoReadPreference(.nearest, stalenessMax: .seconds(89)),
        ]
        for preference in bad {
            let error = refusal { try preference.check() }
            #expect(error?.code == .invalidArgument)
        }
        let good = [
            MongoReadPreference.primary, MongoReadPreference(.primary, tagSets: [[:]]),
            MongoReadPreference(.secondary, tagSets: [["dc": "a"], [:]], stalenessMax: .seconds(90)),
        ]
        for preference in good {
            let error = refusal {
                try preference.check()
                _ = try MongocReadPreference(preference)
            }
            #expect(error == nil)
        }
    }

    @Test func `a collation has the names of the server and comes back from them`() {
        let collation = MongoCollation(
            locale: "fr",
            strength: .primary,
            caseLevel: true,
            caseFirst: .upper,
            numericOrdering: true,
            alternate: .shifted,
            maxVariable: .space,
            backwards: true,
            normalization: false
        )
        let expected: BSONDocument = [
            "locale": "fr", "strength": 1, "caseLevel": true, "caseFirst": "upper", "numericOrdering": true,
            "alternate": "shifted", "maxVariable": "space", "backwards": true, "normalization": false,
        ]
        #expect(collation.document == expected)
        #expect(MongoCollation(document: expected) == collation)
        #expect(MongoCollation(document: [:]) == nil)
    }

    @Test func `a collection is created with the names of the command`() throws {
        let options = MongoCollectionOptions(
            cap: .init(bytesMax: 4096, documentsMax: 7),
            validator: ["n": 1],
            validationAction: .warn,
            validationLevel: .moderate,
            expireAfter: .seconds(60),
            others: ["clusteredIndex": ["unique": true]]
        )
        try options.check()
        let expected: BSONDocument = [
            "create": "c", "capped": true, "size": .int64(4096), "max": .int64(7), "validator": ["n": 1],
            "validationAction": "warn", "validationLevel": "moderate", "expireAfterSeconds": .int64(60),
            "clusteredIndex": ["unique": true],
        ]
        #expect(options.command("c") == expected)
    }
}

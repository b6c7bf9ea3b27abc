import Testing

@testable import Mongo

@Suite struct MongoIndexModelTests {
    @Test func `names are those that drivers give`() {
        #expect(MongoIndex.defaultName(["user_id": 1, "time": -1]) == "user_id_1_time_-1")
        #expect(MongoIndex.defaultName(["a.b": .double(1), "c": "hashed", "d": .int64(-1)]) == "a.b_1_c_hashed_d_-1")
        #expect(MongoIndex(["a": 1]).givenName == "a_1")
        #expect(MongoIndex(["a": 1], name: "mine").givenName == "mine")
    }

    @Test func `an index has the names of the command and comes back from a listing`() {
        let index = MongoIndex(
            ["a": 1],
            name: "mine",
            isUnique: true,
            partialFilter: ["a": ["$gt": 1]],
            expireAfter: .seconds(60),
            isHidden: true,
            collation: MongoCollation(locale: "en"),
            others: ["weights": ["a": 2]]
        )
        let expected: BSONDocument = [
            "key": ["a": 1], "name": "mine", "unique": true, "partialFilterExpression": ["a": ["$gt": 1]],
            "expireAfterSeconds": .int64(60), "hidden": true, "collation": ["locale": "en"], "weights": ["a": 2],
        ]
        #expect(index.document == expected)
        var listed = expected
        listed.append("v", 2)
        #expect(MongoIndex(entry: listed) == index)
    }
}

import IMStorage
import Testing

@testable import IMWorkers

@Suite struct LogPositionTests {
    private func check(_ position: Int64?, _ low: Int64, _ high: Int64) throws(StorageError) -> Int64 {
        try LogPosition.check(position, low: low, high: high, reader: "history", log: "toMongo/3")
    }

    @Test(
        arguments: [
            (nil, Int64(0), Int64(0), Int64(0)), (nil, 7, 9, 7), (7, 7, 9, 7), (8, 7, 9, 8), (9, 7, 9, 9), (0, 0, 0, 0),
        ] as [(Int64?, Int64, Int64, Int64)]
    )
    func `a reader goes on at its position, or at the first record`(
        position: Int64?,
        low: Int64,
        high: Int64,
        expected: Int64
    ) throws {
        #expect(try self.check(position, low, high) == expected)
    }

    @Test(arguments: [
        (Int64(6), Int64(7), Int64(9), "before the first record 7"), (10, 7, 9, "behind the log's end 9"),
        (1, 0, 0, "end 0"),
    ])
    func `a position outside the log stops the reader and says where`(
        position: Int64,
        low: Int64,
        high: Int64,
        text: String
    ) {
        let error = #expect(throws: StorageError.self) { try self.check(position, low, high) }
        let description = error?.description ?? ""
        #expect(description.contains(text))
        #expect(description.contains("history: position \(position) of toMongo/3"))
    }
}

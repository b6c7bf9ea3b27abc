import Foundation
import Postgres

/// A row of the decoding measurement whose values need no memory of their own; `name` is short enough for that.
struct PostgresPlainRow {
    let id: Int64
    let number: Int32
    let name: String
    let flag: Bool
    let score: Double
    let time: Date
    let uuid: UUID
    let parent: Int64
    let level: Int32
    let weight: Double
}

extension PostgresPlainRow: PostgresDecodedChecksum {
    init(row: inout PostgresRowDecoder) throws(PostgresError) {
        self.init(
            id: try row.decode(),
            number: try row.decode(),
            name: try row.decode(),
            flag: try row.decode(),
            score: try row.decode(),
            time: try row.decode(),
            uuid: try row.decode(),
            parent: try row.decode(),
            level: try row.decode(),
            weight: try row.decode()
        )
    }

    var checksum: Double {
        let numbers = Double(self.id) + Double(self.number) + (self.flag ? 1 : 0) + self.score
        let others = Double(self.parent) + Double(self.level) + self.weight
        let uuid = withUnsafeBytes(of: self.uuid.uuid) { Self.sum($0.bytes) }
        return numbers + others + self.time.timeIntervalSince1970 + Self.sum(self.name.utf8.span.bytes) + uuid
    }
}

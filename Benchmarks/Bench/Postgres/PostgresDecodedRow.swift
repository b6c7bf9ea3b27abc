import Foundation
import Postgres

/// A row of the decoding measurement, some of whose values have memory of their own.
struct PostgresDecodedRow {
    let id: Int64
    let number: Int32
    let name: String
    let text: String
    let flag: Bool
    let score: Double
    let time: Date
    let uuid: UUID
    let blob: [UInt8]
    let list: [Int64]
}

extension PostgresDecodedRow: PostgresDecodedChecksum {
    /// By the initialiser of all members: one that throws between two of them copies the row at its end.
    init(row: inout PostgresRowDecoder) throws(PostgresError) {
        self.init(
            id: try row.decode(),
            number: try row.decode(),
            name: try row.decode(),
            text: try row.decode(),
            flag: try row.decode(),
            score: try row.decode(),
            time: try row.decode(),
            uuid: try row.decode(),
            blob: try row.decode(),
            list: try row.decode()
        )
    }

    var checksum: Double {
        let numbers = Double(self.id) + Double(self.number) + (self.flag ? 1 : 0) + self.score
        let uuid = withUnsafeBytes(of: self.uuid.uuid) { Self.sum($0.bytes) }
        let texts = Self.sum(self.name.utf8.span.bytes) + Self.sum(self.text.utf8.span.bytes)
        return numbers + self.time.timeIntervalSince1970 + texts + uuid + Self.sum(self.blob.span.bytes)
            + Double(self.list.reduce(0, &+))
    }
}

import TestKit
import Testing

@testable import Postgres

struct CopyRowParserTests {
    private let columns = CopyColumns(list: [
        CopyColumns.Column(name: "id", type: .int8), CopyColumns.Column(name: "name", type: .text),
    ])

    /// A stream of three rows, the last of which has NULL and an empty text.
    private var stream: [UInt8] {
        var fields = PostgresCopyFields(self.columns)
        fields.values.write(bytes: CopyBinaryFormat.header)
        for (id, name) in [(1 as Int?, "one"), (-7, "zwei"), (nil, "")] {
            fields.begin()
            fields.append(id)
            fields.append(name)
        }
        fields.values.write(CopyBinaryFormat.end)
        return fields.values.bytes
    }

    private func parser() throws -> CopyRowParser {
        CopyRowParser(try CopyRowTemplate(self.columns))
    }

    @Test(arguments: [1, 2, 3, 7, 19, 20, 1000])
    func `rows come out whole however the stream is cut`(size: Int) throws {
        var parser = try self.parser()
        var rows: [(Int?, String)] = []
        let stream = self.stream
        for start in stride(from: 0, to: stream.count, by: size) {
            let piece = Array(stream[start..<min(start + size, stream.count)])
            for row in PostgresRows(try parser.parse(piece)) { rows.append(try row.decode((Int?, String).self)) }
        }
        try parser.requireEnd()
        #expect(rows.map(\.0) == [1, -7, nil])
        #expect(rows.map(\.1) == ["one", "zwei", ""])
    }

    @Test func `a stream that ends early or goes on behind its end is an error`() throws {
        var parser = try self.parser()
        _ = try parser.parse(Array(self.stream.dropLast(2)))
        #expect(throws: PostgresError.self) { try parser.requireEnd() }
        var other = try self.parser()
        #expect(throws: PostgresError.self) { try other.parse(self.stream + [0]) }
        var wrong = try self.parser()
        #expect(throws: PostgresError.self) { try wrong.parse(Array("PGCOPY\n\u{0}\r\n".utf8)) }
    }

    @Test func `lengths and counts that cannot be are errors`() throws {
        let header = CopyBinaryFormat.header
        for tail: [UInt8] in [[0, 3], [0xFF, 0xFE], [0, 2, 0xFF, 0xFF, 0xFF, 0xFE], [0x7F, 0xFF]] {
            var parser = try self.parser()
            #expect(throws: PostgresError.self) { try parser.parse(header + tail) }
        }
        var parser = try self.parser()
        let rows = try parser.parse(header + [0, 2, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3])
        #expect(rows.rowCount == 0)
    }

    @Test(arguments: FuzzBudget.seeds)
    func `no bytes make it trap`(seed: Seed) throws {
        var random = seed.generator()
        let stream = self.stream
        for _ in 0..<FuzzBudget.inputs(usual: 2_000) {
            var bytes = stream
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            var parser = try self.parser()
            let cut = Int.random(in: 0...bytes.count, using: &random)
            do throws(PostgresError) {
                for part in [bytes[..<cut], bytes[cut...]] {
                    for row in PostgresRows(try parser.parse(Array(part))) {
                        _ = try? row.decode((Int?, String).self)
                    }
                }
            } catch {
                #expect(error.code == .decoding, "\(seed)")
            }
        }
    }
}

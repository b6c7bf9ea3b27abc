import Foundation
import Mongo
import TestKit
import Testing

/// Documents that go to pymongo and back.
@Suite(.enabled(if: Pymongo.isInstalled, "no Python with pymongo; scripts/stack installs one"))
struct PymongoBSONTests {
    @Test func `pymongo takes the same documents of the corpus and writes them as they were`() throws {
        let lines = BSONCorpus.all.map { Self.hex($0.bytes) }
        let path = NSTemporaryDirectory() + "bson-corpus-\(UInt64.random(in: 0 ... .max))"
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }  // only a temporary file
        let answers = Pymongo.run(PymongoScripts.rewriting, [path])
        #expect(answers.count == lines.count)
        for (test, answer) in zip(BSONCorpus.all, answers) where test.pymongoDifference == nil {
            #expect(answer == (test.isValid ? Self.hex(test.bytes) : "refused"), "\(test.name)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `what pymongo writes is read here and comes out again as it was`(seed: Seed) throws {
        let lines = Pymongo.run(PymongoScripts.making, ["\(seed.value)", "2000"])
        #expect(lines.count == 2_000, "\(seed)")
        for line in lines {
            let document = try BSONDocument(validating: BSONCorpusCase.bytes(line), requiringUTF8: true)
            let written = BSONDocument(document.map { ($0.key, $0.value) })
            #expect(Self.hex(written.bytes) == line, "\(seed)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a decimal number has the text that pymongo gives it`(seed: Seed) throws {
        let lines = Pymongo.run(PymongoScripts.decimals, ["\(seed.value)", "2000"])
        #expect(lines.count == 2_000, "\(seed)")
        for line in lines {
            let parts = line.split(separator: " ")
            let document = try BSONDocument(
                validating: BSONCorpusCase.document(BSONCorpusCase.bytes("13 61 00 \(parts.first ?? "")"))
            )
            let number = try document.decoded(as: [String: BSONDecimal128].self)["a"]
            #expect(number?.description == parts.last.map(String.init), "\(seed)")
            #expect(parts.last.flatMap { BSONDecimal128(String($0)) } == number, "\(seed)")
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

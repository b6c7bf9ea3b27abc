import TestKit
import Testing

@testable import Mongo

@Suite struct BSONCorpusTests {
    @Test(arguments: BSONCorpus.all) func `a good document is taken, a malformed one refused with its path`(
        _ test: BSONCorpusCase
    ) {
        do {
            let document = try BSONDocument(validating: test.bytes, requiringUTF8: true)
            #expect(test.isValid)
            #expect(document.bytes == test.bytes)
            #expect(BSONWalk.rewritten(document) == document || BSONWalk.hasOddArrayKeys(document))
        } catch {
            #expect(error.code == .invalidDocument && error.message.contains(test.fault ?? "none expected"), "\(error)")
        }
    }

    @Test(arguments: BSONCorpus.all) func `libbson agrees, but for UTF-8, which it leaves to its callers`(
        _ test: BSONCorpusCase
    ) {
        let isAccepted = (try? BSONDocument(validating: test.bytes)) != nil
        #expect(LibBSON.accepts(test.bytes) == (isAccepted || test.libbsonDifference != nil))
        #expect(!test.isValid || LibBSON.validates(test.bytes))
    }

    @Test(arguments: BSONCorpus.all.filter { $0.fault?.contains("UTF-8") == true })
    func `a text that is not UTF-8 is mended when read and kept when not`(_ test: BSONCorpusCase) throws {
        let document = try BSONDocument(validating: test.bytes)
        #expect(document.bytes == test.bytes)
        let written = BSONWalk.rewritten(document)
        #expect(written.bytes != test.bytes)
        #expect(LibBSON.validates(written.bytes))
    }

    @Test(arguments: BSONCorpus.valid + BSONCorpus.nested.prefix(7))
    func `a document that is cut anywhere is refused, and so is one with a byte added`(_ test: BSONCorpusCase) {
        for count in 0..<test.bytes.count {
            var bytes = Array(test.bytes.prefix(count))
            #expect(throws: MongoError.self) { try BSONDocument(validating: bytes) }
            guard count >= 5 else { continue }
            // With a length that fits, so that the fault is found further inside; a good document may remain.
            bytes.replaceSubrange(0..<4, with: BSONCorpusCase.document(Array(bytes.dropFirst(5))).prefix(4))
            #expect(((try? BSONDocument(validating: bytes)) != nil) == LibBSON.accepts(bytes))
        }
        #expect(throws: MongoError.self) { try BSONDocument(validating: test.bytes + [0]) }
    }

    @Test(arguments: BSONCorpus.valid + BSONCorpus.nested)
    func `libbson writes the same bytes for the same values`(_ test: BSONCorpusCase) throws {
        // libbson sorts the options of a regular expression, which we take as they are.
        guard test.isValid, !test.name.contains("out of order") else { return }
        let document = try BSONDocument(validating: test.bytes)
        guard !BSONWalk.hasOddArrayKeys(document) else { return }
        #expect(LibBSON.write(document) == test.bytes)
    }
}

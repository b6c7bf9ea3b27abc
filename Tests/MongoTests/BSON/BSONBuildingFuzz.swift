import TestKit
import Testing

@testable import Mongo

@Suite struct BSONBuildingFuzz {
    @Test(arguments: FuzzBudget.seeds)
    func `libbson takes what we write, writes the same itself, and reading gives the values back`(
        seed: Seed
    ) async {
        var random = RandomBSON(seed.generator())
        for input in 0..<FuzzBudget.inputs(usual: 1_500) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            let document = random.document(levels: 3, keysMax: 5)
            guard document.fault == nil,
                LibBSON.validates(document.bytes),
                LibBSON.write(document) == document.bytes,
                let read = try? BSONDocument(validating: document.bytes, requiringUTF8: true),
                read.depth == document.depth,
                BSONWalk.rewritten(read).bytes == document.bytes
            else {
                Issue.record("\(seed), input \(input): \(document.bytes)")
                return
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `a decimal number has the text that libbson gives it`(seed: Seed) async {
        var random = seed.generator()
        for input in 0..<FuzzBudget.inputs(usual: 5_000) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            // Few bits give coefficients that are in range, and exponents around the turn of the notation.
            let exponent = input.isMultiple(of: 2) ? random.next() % (1 << 15) : 6_176 - 45 + random.next() % 60
            let high = (random.next() & 1) << 63 | exponent << 49 | random.next() >> (15 + random.next() % 50)
            let number = BSONDecimal128(low: random.next() >> (random.next() % 64), high: high)
            let text = number.description
            // Coefficients of 10 to the power of 34 and more are zero by the standard; libbson prints them.
            let isZero = text.prefix { $0 != "E" }.allSatisfy { "-0.".contains($0) }
            guard text == LibBSON.text(number) || isZero, BSONDecimal128(text)?.description == text,
                BSONDecimal128(text) == LibBSON.decimal128(text)
            else {
                Issue.record(
                    "\(seed), input \(input): \(number.high) \(number.low) is \(text), not \(LibBSON.text(number))"
                )
                return
            }
        }
    }
}

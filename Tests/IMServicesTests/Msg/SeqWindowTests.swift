import TestKit
import Testing

@testable import IMServices

@Suite struct SeqWindowTests {
    struct Case: Sendable {
        let begin: Int64
        let end: Int64
        var last: Int64?
        var bounds: ClosedRange<Int64> = 1...100
        let expected: Range<Int64>
    }

    @Test(arguments: [
        Case(begin: 1, end: 100, expected: 1..<101), Case(begin: 5, end: 7, expected: 5..<8),
        Case(begin: 7, end: 7, expected: 7..<8), Case(begin: -5, end: 3, expected: 1..<4),
        Case(begin: 95, end: 1000, expected: 95..<101), Case(begin: .min, end: .max, expected: 1..<101),
        Case(begin: 8, end: 7, expected: 0..<0), Case(begin: 101, end: 200, expected: 0..<0),
        Case(begin: -9, end: 0, expected: 0..<0), Case(begin: 1, end: 100, last: 10, expected: 91..<101),
        Case(begin: 1, end: 50, last: 10, expected: 41..<51), Case(begin: 45, end: 50, last: 10, expected: 45..<51),
        Case(begin: 1, end: 100, last: 0, expected: 0..<0), Case(begin: 1, end: 100, last: -1, expected: 0..<0),
        Case(begin: 1, end: 100, last: .max, expected: 1..<101),
        Case(begin: 1, end: 9, bounds: 5...7, expected: 5..<8), Case(begin: 1, end: 4, bounds: 5...7, expected: 0..<0),
        Case(begin: .min, end: .max, last: 2, bounds: 1...Int64.max - 1, expected: .max - 2 ..< .max),
    ])
    func `a range is cut to what exists and to its last ones`(window: Case) {
        let seqs = SeqWindow.seqs(
            from: window.begin,
            to: window.end,
            last: window.last,
            within: window.bounds
        )
        #expect(Array(seqs) == Array(window.expected))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it agrees with a naive model`(seed: Seed) {
        var random = seed.generator()
        for _ in 0..<5000 {
            let begin = Int64.random(in: -3...25, using: &random)
            let end = Int64.random(in: -3...25, using: &random)
            let lower = Int64.random(in: 1...12, using: &random)
            let bounds = lower...Int64.random(in: lower...20, using: &random)
            let last = Bool.random(using: &random) ? Int64.random(in: -1...22, using: &random) : nil
            var model = bounds.filter { $0 >= begin && $0 <= end }
            if let last { model = Array(model.suffix(Int(max(last, 0)))) }
            let seqs = SeqWindow.seqs(from: begin, to: end, last: last, within: bounds)
            #expect(Array(seqs) == model, "\(seed): \(begin)...\(end) last \(last ?? -9) in \(bounds)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `numbers of any size never trap`(seed: Seed) {
        var random = seed.generator()
        let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 2, .max - 1, .max]
        func number() -> Int64 {
            Bool.random(using: &random)
                ? edges.randomElement(using: &random) ?? 0 : .random(in: .min ... .max, using: &random)
        }
        for _ in 0..<2000 {
            let lower = max(1, number())
            let bounds = lower...max(lower, number())
            let seqs = SeqWindow.seqs(from: number(), to: number(), last: number(), within: bounds)
            #expect(
                seqs.isEmpty || (bounds.contains(seqs.lowerBound) && bounds.contains(seqs.upperBound - 1)),
                "\(seed)"
            )
        }
    }
}

import ServerRuntime
import TestKit
import Testing

@Suite struct BackoffTests {
    @Test(arguments: Seed.corpus + [.fresh()])
    func `a delay lies between half of its step and its step`(seed: Seed) {
        var random = seed.generator()
        let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(2))
        let steps = [100, 200, 400, 800, 1600, 2000, 2000, 2000]
        for (index, step) in steps.enumerated() {
            for _ in 0..<100 {
                let delay = backoff.delay(attempt: index + 1, using: &random)
                #expect(delay >= .milliseconds(step) / 2, "\(seed), attempt \(index + 1)")
                #expect(delay <= .milliseconds(step), "\(seed), attempt \(index + 1)")
            }
        }
    }

    @Test(arguments: [Int.min, -1, 0, 1]) func `attempts below the first count as the first`(attempt: Int) {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
        let delay = backoff.delay(attempt: attempt)
        #expect(delay >= .milliseconds(500))
        #expect(delay <= .seconds(1))
    }

    @Test(arguments: [31, 64, 1_000_000, Int.max]) func `a large attempt stays at the maximum`(attempt: Int) {
        let backoff = Backoff(initial: .seconds(30), maximum: .seconds(60))
        let delay = backoff.delay(attempt: attempt)
        #expect(delay >= .seconds(30))
        #expect(delay <= .seconds(60))
    }

    @Test func `an initial delay above the maximum is cut`() {
        #expect(Backoff(initial: .seconds(60), maximum: .seconds(2)).delay(attempt: 1) <= .seconds(2))
    }

    @Test func `many clients do not come back in step`() {
        var random = Seed(7).generator()
        let backoff = Backoff()
        let delays = Set((0..<100).map { _ in backoff.delay(attempt: 5, using: &random) })
        #expect(delays.count > 90)
    }
}

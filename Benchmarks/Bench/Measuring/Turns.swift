/// Measures several sides of one comparison in turns.
enum Turns {
    /// One side: its name, and what does its work once.
    typealias Side<Measured> = (name: String, work: () async throws -> Measured)

    /// Lets every side do its work once uncounted, then `rounds` times, the order reversed in every second round.
    ///
    /// What slows the machine down for a while then slows all sides, and none always comes first.
    ///
    /// - Returns: what each side measured in each round, in the order of `sides`.
    static func run<Measured>(_ rounds: Int, _ sides: [Side<Measured>]) async throws -> [[Measured]] {
        var measured = sides.map { _ in [Measured]() }
        for side in sides { _ = try await side.work() }
        for round in 0..<rounds {
            for index in round.isMultiple(of: 2) ? Array(sides.indices) : sides.indices.reversed() {
                do {
                    measured[index].append(try await sides[index].work())
                } catch {
                    throw BenchFailure("\(sides[index].name): \(error)")
                }
            }
        }
        return measured
    }
}

import Testing

@testable import Postgres

struct MigrationPlanTests {
    private let steps = (1...3).map { PostgresMigration(version: $0, name: "step \($0)", sql: "SELECT \($0)") }

    private func pending(_ versions: [Int], edited: Int? = nil) throws -> [Int] {
        var checksums: [Int: String?] = [:]
        for version in versions {
            let sum = self.steps.first { $0.version == version }?.checksum ?? "0"
            checksums[version] = .some(version == edited ? "0000000000000000" : sum)
        }
        return try MigrationPlan(self.steps).pending(AppliedMigrations(checksums)).map(\.version)
    }

    private func code(_ versions: [Int], edited: Int? = nil) -> PostgresError? {
        do {
            _ = try self.pending(versions, edited: edited)
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    @Test func `what is not applied is pending`() throws {
        #expect(try self.pending([]) == [1, 2, 3])
        #expect(try self.pending([1, 2]) == [3])
        #expect(try self.pending([1, 2, 3]) == [])
    }

    @Test func `a newer schema, a missing, a late and an edited migration are named`() {
        let newer = self.code([1, 2, 3, 9])
        #expect(newer?.code == .schemaTooNew && newer?.message.contains("9") == true)
        let late = self.code([1, 3])
        #expect(late?.code == .invalidMigrations && late?.message.contains("step 2") == true)
        let edited = self.code([1, 2], edited: 1)
        #expect(edited?.code == .invalidMigrations && edited?.message.contains("step 1") == true)
        let plan = try? MigrationPlan([self.steps[0], self.steps[2]])
        let missing = #expect(throws: PostgresError.self) { try plan?.pending(AppliedMigrations([1: nil, 2: nil])) }
        #expect(missing?.code == .invalidMigrations && missing?.message.contains("2") == true)
    }

    @Test func `a version without a checksum is taken as it is`() throws {
        let plan = try MigrationPlan(self.steps)
        let pending = try plan.pending(AppliedMigrations([1: nil]))
        #expect(pending.map(\.version) == [2, 3])
    }

    @Test(arguments: [[0], [1, 1], [2, 1], [-1]])
    func `versions rise strictly from one`(versions: [Int]) {
        let list = versions.map { PostgresMigration(version: $0, name: "x", sql: "") }
        #expect(throws: PostgresError.self) { try MigrationPlan(list) }
    }
}

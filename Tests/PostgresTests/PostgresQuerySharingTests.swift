import Testing

@testable import Postgres

@Suite struct PostgresQuerySharingTests {
    @Test(
        arguments: [
            "BEGIN", "begin;", " \n\tCommit", "ROLLBACK TO SAVEPOINT a", "START TRANSACTION", "END", "abort", ";BEGIN",
            "/**/BEGIN", "/* a /* b */ c */ COMMIT", "-- why\nROLLBACK", "-- a\r/* b */ -- c\n ; END",
        ]
    )
    func `a statement that ends or begins a transaction is not for a shared connection`(sql: String) {
        #expect(throws: PostgresError.self) { try PostgresQuery(unsafeSQL: sql).validateForSharing() }
    }

    @Test(
        arguments: [
            "SELECT 1", "", "  ", "beginning", "SET x = 1", "CREATE TABLE a ()", "ALTER TABLE b", "é", "b", "-- BEGIN",
            "/* BEGIN", "/* /* */ BEGIN", "/*/ BEGIN", "-", "/", ";", "- BEGIN",
        ]
    )
    func `other statements are`(sql: String) throws {
        try PostgresQuery(unsafeSQL: sql).validateForSharing()
    }
}

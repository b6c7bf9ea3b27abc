import Testing

@testable import Postgres

@Suite struct PostgresErrorTests {
    @Test(
        arguments: [
            ("23505", PostgresError.Code.uniqueViolation, false), ("23503", .foreignKeyViolation, false),
            ("23514", .checkViolation, false), ("23502", .notNullViolation, false),
            ("40001", .serializationFailure, true),
            ("40P01", .deadlock, true), ("57014", .queryCanceled, false), ("57P01", .unavailable, true),
            ("53300", .unavailable, true), ("55P03", .lockNotAvailable, true), ("28P01", .authenticationFailed, false),
            ("22P02", .invalidValue, false), ("42P01", .server, false), ("08006", .connectionLost, true),
        ]
    )
    func `a SQLSTATE has a code that tells whether to try again`(
        state: String,
        code: PostgresError.Code,
        isRetriable: Bool
    ) {
        let error = PostgresError(server: PostgresError.ServerFields(sqlState: state, message: "text"))
        #expect(error.code == code && error.isRetriable == isRetriable && error.sqlState == state)
    }

    @Test func `values that the server quotes are left out`() {
        let key = PostgresError(
            server: PostgresError.ServerFields(
                sqlState: "23505",
                message: "duplicate key",
                detail: "Key (id)=(secret) exists"
            )
        )
        let value = PostgresError(
            server: PostgresError.ServerFields(
                sqlState: "22P02",
                message: "invalid input syntax for integer: \"secret\""
            )
        )
        #expect(!"\(key) \(value)".contains("secret"))
    }

    @Test(arguments: [("22012", "division by zero"), ("22001", "too long for its type"), ("22XXX", "see its SQLSTATE")])
    func `a refused value has its reason in the message`(state: String, reason: String) {
        let error = PostgresError(server: PostgresError.ServerFields(sqlState: state, message: "it was secret"))
        #expect("\(error)" == "invalidValue: the server refused a value: \(reason), SQLSTATE \(state)")
    }

    @Test func `a message of libpq is one line`() {
        #expect(PGConnection.singleLine("refused\n\tIs it running?\n") == "refused Is it running?")
    }

    @Test(
        arguments: [
            ("FATAL:  password authentication failed for user \"a\"", PostgresError.Code.authenticationFailed),
            ("fe_sendauth: no password supplied", .authenticationFailed),
            ("FATAL:  database \"a\" does not exist", .authenticationFailed),
            ("FATAL:  the database system is starting up", .connectionFailed),
            ("Connection refused", .connectionFailed),
        ]
    )
    func `a refused log-in is told from a server that is away`(message: String, code: PostgresError.Code) {
        #expect(ConnectOptions.error(message).code == code)
    }

    @Test func `a configuration does not print its password`() {
        let configuration = PostgresConfiguration(database: "d", username: "u", password: "secret")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("secret"))
    }
}

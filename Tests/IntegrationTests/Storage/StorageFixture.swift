import Foundation
import IMProtocol
import IMStorage
import Postgres
import SwiftProtobuf
import TestKit

/// A client of an empty database of its own with the server's schema, dropped at the end.
func withSchema<Result: Sendable>(
    connectionsMax: Int = 4,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    try await withEmptyDatabase(connectionsMax: connectionsMax) { client in
        try await client.migrate(SchemaMigrations.all)
        return try await body(client)
    }
}

/// A client of an empty database of its own, dropped at the end.
func withEmptyDatabase<Result: Sendable>(
    connectionsMax: Int = 4,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    let name = "storage_\(UInt64.random(in: 0 ... .max))"
    let password = Stack.postgres.password
    return try await withPostgres(connectionsMax: 1) { admin in
        try await admin.execute("CREATE DATABASE \(unescaped: name)")
        let configuration = PostgresConfiguration(
            host: Stack.postgres.host,
            port: Stack.postgres.port,
            database: name,
            username: "openim",
            password: password.isEmpty ? nil : password,
            connectionsMax: connectionsMax,
            statementTimeout: .seconds(60),
            applicationName: "storage-tests"
        )
        do {
            let result = try await withRunning(configuration, body)
            try await admin.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
            return result
        } catch {
            // The first error is the one that tells something.
            _ = try? await admin.execute("DROP DATABASE IF EXISTS \(unescaped: name) WITH (FORCE)")
            throw error
        }
    }
}

extension PostgresClient {
    /// The first column of all rows.
    func strings(_ query: PostgresQuery) async throws -> [String] {
        var values: [String] = []
        for row in try await self.query(query) { values.append(try row.decode(at: 0, as: String.self)) }
        return values
    }

    /// The number in the first column of the first row.
    func number(_ query: PostgresQuery) async throws -> Int64? {
        try await self.query(query).first?.decode(at: 0, as: Int64.self)
    }
}

/// Messages for the archive.
enum ArchiveMessages {
    /// 2026-02-10 00:00:00 UTC in milliseconds.
    static let february: Int64 = 1_770_681_600_000
    static let day: Int64 = 86_400_000

    static func text(
        _ seq: Int64,
        from sender: String = "u1",
        group: String = "",
        at time: Int64 = february,
        id: String = "c",
        _ text: String = "hi"
    ) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sender
            $0.recvID = group.isEmpty ? "u2" : ""
            $0.groupID = group
            $0.clientMsgID = "\(id)\(seq)"
            $0.serverMsgID = "s\(seq)"
            $0.sessionType = group.isEmpty ? 1 : 3
            $0.contentType = 101
            $0.content = Data(JSONValue.object([JSONMember("content", .string(text))]).encoded())
            $0.seq = seq
            $0.sendTime = time
            $0.createTime = time
        }
    }
}

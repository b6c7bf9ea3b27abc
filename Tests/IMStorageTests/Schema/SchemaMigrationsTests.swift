import Foundation
import IMStorage
import Postgres
import Testing

struct SchemaMigrationsTests {
    /// The folder of the SQL files, found from this file's own place.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/IMStorage/Schema/SQL")

    @Test func `each SQL file is one migration of its number and name, compiled in as it stands`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        let expected = SchemaMigrations.all.map { step in
            let digits = String(step.version)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + "\(digits)_\(step.name).sql"
        }
        #expect(files == expected)
        for (file, step) in zip(files, SchemaMigrations.all) {
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            #expect(step.sql == text)
        }
    }

    @Test func `versions count from 1 without gaps`() {
        #expect(SchemaMigrations.all.map(\.version) == Array(1...SchemaMigrations.all.count))
    }
}

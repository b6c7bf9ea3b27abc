import ArgumentParser
import Foundation
import IMStorage
import Logging
import Postgres

/// Brings the Postgres schema in line without serving, such as before a rollout.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Applies the migrations of the Postgres schema, which every start does too.",
        discussion: "Any number of servers and of these commands may run at once: each migration is applied once."
    )

    @OptionGroup var source: ConfigurationOptions

    @Flag(help: "List what would be applied, and change nothing.")
    var dryRun = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            try await self.migrate()
        } catch {
            FileHandle.standardError.write(Data("openim: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func migrate() async throws {
        let settings = try self.source.load()
        let client = PostgresClient(settings.postgres, logger: Logger(label: "openim"))
        let (all, dryRun) = (SchemaMigrations.all, self.dryRun)
        let list = try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await client.run() }
            return dryRun ? try await client.migrationPlan(all) : try await client.migrate(all)
        }
        for migration in list {
            print("\(dryRun ? "would apply" : "applied") \(migration.version) \(migration.name)")
        }
        if list.isEmpty { print("the schema is up to date: \(all.last?.version ?? 0)") }
    }
}

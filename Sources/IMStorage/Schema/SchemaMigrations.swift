package import Postgres

/// The Postgres schema of the server, as numbered steps that are applied once each, in order.
///
/// The steps are the files of `SQL/`, compiled in: `0001_registry.sql` is `PackageResources._001_registry_sql`, for no
/// name in Swift begins with a digit.
package enum SchemaMigrations {
    /// All steps.
    ///
    /// A step that has been released is never edited; a change is a new step.
    package static let all: [PostgresMigration] = [
        step(1, "registry", PackageResources._001_registry_sql),
        step(2, "text_search", PackageResources._002_text_search_sql),
        step(3, "users", PackageResources._003_users_sql),
        step(4, "friends", PackageResources._004_friends_sql),
        step(5, "groups", PackageResources._005_groups_sql),
        step(6, "conversations", PackageResources._006_conversations_sql),
        step(7, "version_logs", PackageResources._007_version_logs_sql),
        step(8, "outboxes", PackageResources._008_outboxes_sql),
        step(9, "message_archive", PackageResources._009_message_archive_sql),
        step(10, "statistics", PackageResources._010_statistics_sql),
    ]

    private static func step(_ version: Int, _ name: String, _ sql: [UInt8]) -> PostgresMigration {
        PostgresMigration(version: version, name: name, sql: String(decoding: sql, as: UTF8.self))
    }
}

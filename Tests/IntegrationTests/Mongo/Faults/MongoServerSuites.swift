import Testing

/// The suites that start servers of their own, one after the other.
///
/// Side by side they would slow each other down on few cores, and some measure what the whole process uses.
@Suite(.serialized, .enabled(if: MongoServerProcess.isAvailable, "scripts/stack up mongo"))
enum MongoServerSuites {}

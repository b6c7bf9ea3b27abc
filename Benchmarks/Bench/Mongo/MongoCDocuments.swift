import CMongoBaseline

/// Documents in C, with libbson; each piece of work on a thread of its own.
enum MongoCDocuments {
    /// The document of the message with seq 1.
    static var sample: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1000) { bytes, count in
            count = bytes.baseAddress.map { mongo_baseline_document(1, $0, bytes.count) } ?? 0
        }
    }

    /// Builds documents, in memory of their own or all in the same.
    static func build(_ count: Int, reusesMemory: Bool) async throws -> Effort {
        try await onThread {
            var (outcome, bytes) = (mongo_baseline_outcome(), Int64(0))
            let isFine = mongo_baseline_build(count, reusesMemory, &bytes, &outcome)
            guard bytes == Int64(count * MongoMessage.documentBytes) else {
                throw BenchFailure("C: \(bytes) bytes were built")
            }
            return try outcome.effort(isFine, count)
        }
    }

    /// Reads a document `count` times and checks the checksum.
    static func read(_ document: [UInt8], _ count: Int, _ expected: Int64) async throws -> Effort {
        try await onThread {
            var (outcome, checksum) = (mongo_baseline_outcome(), Int64(0))
            let isFine = mongo_baseline_read(document, document.count, count, &checksum, &outcome)
            let effort = try outcome.effort(isFine, count)
            guard checksum == expected else { throw BenchFailure("C: checksum \(checksum), not \(expected)") }
            return effort
        }
    }
}

import CMongoBaseline
import Mongo

/// BSON in memory: builds and reads a message of 22 fields and 500 bytes.
struct MongoDocuments {
    private static let goalToC = Goal.ratioAtLeast(0.8)
    private static let goalToPymongo = Goal.ratioAtLeast(4)
    // By the processor's time: others on the machine change it less.
    private static let metrics = [
        MongoComparison.Metric(name: "documents", unit: "1/s", hasGoal: true) { Double($0.calls) / $0.processorSeconds }
    ]

    private let setting: MongoBenchSetting
    private let pymongo: PymongoCodec
    private let count: Int

    init(_ setting: MongoBenchSetting, _ pymongo: PymongoCodec) {
        self.setting = setting
        self.pymongo = pymongo
        self.count = setting.scaled(200_000, least: 20_000)
    }

    func run() async throws {
        let document = MongoMessage(sample: 1).document()
        guard document.bytes == MongoCDocuments.sample, document.bytes.count == MongoMessage.documentBytes else {
            throw BenchFailure("C builds another document")
        }
        if self.setting.options.includes("mongo.bson.build") { try await self.measureBuilding(document) }
        if self.setting.options.includes("mongo.bson.read") { try await self.measureReading(document) }
    }

    private func measureBuilding(_ document: BSONDocument) async throws {
        let count = self.count
        try await MongoComparison(name: "mongo.bson.build", metrics: Self.metrics).run(
            self.setting,
            [
                .init("C") { try await MongoCDocuments.build(count, reusesMemory: false) },
                .init("C in the same memory", [("C", nil)]) {
                    try await MongoCDocuments.build(count, reusesMemory: true)
                },
                self.pymongoSide(.encode, document),
                .init("BSONBuilder", self.comparisons()) {
                    try await Self.build(count) { $0.document() }
                },
                .init("BSONEncoder", self.comparisons(hasGoals: false)) {
                    // A nil is left out by Codable, so this document has one field less.
                    try await Self.build(count) { try BSONDocument(encoding: $0) }
                },
            ]
        )
    }

    private func measureReading(_ document: BSONDocument) async throws {
        let count = self.count
        let message = MongoMessage(sample: 1)
        let checksum = try MongoMessage.addUp(document).checksum
        try await MongoComparison(name: "mongo.bson.read", metrics: Self.metrics).run(
            self.setting,
            [
                .init("C") { try await MongoCDocuments.read(document.bytes, count, checksum) },
                self.pymongoSide(.decode, document),
                .init("BSONReader", self.comparisons()) {
                    try await Self.repeating(count) { try MongoMessage.addUp(document).checksum == checksum }
                },
                .init("BSONReader, structs of strings", self.comparisons(hasGoals: false)) {
                    try await Self.repeating(count) { try MongoMessage(copying: document).seq == message.seq }
                },
                .init("BSONDecoder", self.comparisons(hasGoals: false)) {
                    try await Self.repeating(count) { try document.decoded(as: MongoMessage.self).seq == message.seq }
                },
            ]
        )
    }

    private func pymongoSide(_ work: PymongoCodec.Work, _ document: BSONDocument) -> MongoComparison.Side {
        let (pymongo, count) = (self.pymongo, self.count / 10)
        return .init(Self.pymongoName) { try await pymongo.measure(work, document.bytes, count: count) }
    }

    private static let pymongoName = "pymongo"

    /// The goal is that over pymongo's C extension.
    private func comparisons(hasGoals: Bool = true) -> [(with: String, goal: Goal?)] {
        [
            ("C", hasGoals ? Self.goalToC : nil),
            (Self.pymongoName, hasGoals && self.pymongo.hasC ? Self.goalToPymongo : nil),
        ]
    }

    private static func build(
        _ count: Int,
        _ body: @escaping @Sendable (MongoMessage) throws -> BSONDocument
    ) async throws -> Effort {
        try await onThread {
            var message = MongoMessage(sample: 1)
            let length = try body(message).bytes.count
            return try self.effort(count) { index in
                message.seq = Int64(index)
                return try body(message).bytes.count == length
            }
        }
    }

    private static func repeating(
        _ count: Int,
        _ body: @escaping @Sendable () throws -> Bool
    ) async throws -> Effort {
        try await onThread { try self.effort(count) { _ in try body() } }
    }

    /// Does `body` so often; `body` says whether the outcome is right.
    private static func effort(_ count: Int, _ body: (Int) throws -> Bool) throws -> Effort {
        let (start, processor) = (ContinuousClock.now, Effort.processorSeconds())
        for index in 0..<count {
            guard try body(index) else { throw BenchFailure("a wrong document") }
        }
        return Effort(
            calls: count,
            seconds: start.duration(to: .now).inSeconds,
            processorSeconds: Effort.processorSeconds() - processor
        )
    }
}

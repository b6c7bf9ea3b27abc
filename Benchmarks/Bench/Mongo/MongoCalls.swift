import CMongoBaseline
import Mongo

/// What calls cost the client, in processor time; the server is another process and does not count.
struct MongoCalls {
    private static let goal = Goal.ratioAtMost(1.3)
    private static let batch = 100

    private let setting: MongoBenchSetting
    private let keys: Int64

    init(_ setting: MongoBenchSetting) {
        self.setting = setting
        self.keys = Int64(setting.scaled(10_000, least: 1000))
    }

    func run() async throws {
        for work in MongoLoad.Work.allCases {
            for callers in [1, 8] {
                let name = "mongo.\(work.rawValue).\(callers)"
                guard self.setting.options.includes(name) else { continue }
                try await self.measure(name, work, callers)
            }
        }
    }

    private func measure(_ name: String, _ work: MongoLoad.Work, _ callers: Int) async throws {
        let load = MongoLoad(
            work: work,
            callers: callers,
            callsEach: self.calls(work) / callers,
            batch: Self.batch,
            keys: self.keys
        )
        let metrics = [
            MongoComparison.Metric(name: "processor per call", unit: "us", hasGoal: true) {
                $0.processorMicrosecondsPerCall
            },
            MongoComparison.Metric(name: "calls", unit: "1/s", hasGoal: false) { $0.callsPerSecond },
        ]
        let stored = work == .insert ? "new_messages" : "messages"
        let c = try MongoCBaseline(self.setting.server, collection: stored, clients: callers)
        try await self.setting.withClient(connections: callers) { client in
            let collection = client.collection(stored)
            if work != .insert { try await self.fill(collection) }
            try await MongoComparison(name: name, metrics: metrics).run(
                self.setting,
                [
                    .init("C") {
                        if work == .insert { try await collection.drop() }
                        return try await c.call(load)
                    },
                    .init("Swift", [("C", Self.goal)]) {
                        if work == .insert { try await collection.drop() }
                        return try await Self.call(load, collection)
                    },
                ]
            )
        }
    }

    /// The stand-in needs 10 ms for an insert, half a millisecond for a find, 30 ms for an update.
    private func calls(_ work: MongoLoad.Work) -> Int {
        switch work {
        case .insert: self.setting.scaled(64, least: 16)
        case .find: self.setting.scaled(2000, least: 400)
        case .update: self.setting.scaled(24, least: 8)
        }
    }

    private static func call(_ load: MongoLoad, _ collection: MongoCollection) async throws -> Effort {
        try await Effort.of(load.calls) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<load.callers {
                    group.addTask {
                        let caller = MongoCaller(number: number, load: load, collection: collection)
                        try await caller.run()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Stores the messages that are found and updated, unless they are there.
    private func fill(_ collection: MongoCollection) async throws {
        guard try await collection.countDocuments() != Int(self.keys) else { return }
        try await collection.deleteMany([:])
        for first in stride(from: 1, through: self.keys, by: 1000) {
            let messages = (first..<min(first + 1000, self.keys + 1)).map { MongoMessage(sample: $0).document(id: $0) }
            try await collection.insertMany(messages).orThrow()
        }
    }
}

import IMProtocol
import IMStorage
import TestKit
import Testing

@testable import IMWorkers

/// What the transfer and the followers of its log do in situations that are made step by step.
@Suite struct PipelineBehaviourTests {
    private static let conversation = "si_a_b"

    private func settle(_ world: ModelWorld, location: SourceLocation = #_sourceLocation) {
        world.settle()
        let trace = world.schedule.trace.suffix(100).joined(separator: "\n")
        #expect(world.truth.broken == [], "\(trace)", sourceLocation: location)
    }

    @Test func `a pipeline without faults keeps its promises`() {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        script.newOwner()
        for number in 1...20 { world.arrive(world.message("m\(number)")) }
        self.settle(world)
        #expect(world.truth.maxSeq(Self.conversation) == 20)
        #expect(world.truth.voidRecords == 0)
    }

    /// Everything that a transfer calls on its way through a batch.
    private static let calls = [
        "committed", "watermarks", "position", "claim", "start", "nextBatch", "opening", "newest", "toMongo",
        "conversations", "toPush", "put", "readSeqs", "commit",
    ]

    @Test(arguments: Self.calls)
    func `a transfer that stops before any step and wakes behind its successor changes nothing`(step: String) {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        script.arrive("A")
        let first = script.newOwner()
        script.wait(first, for: step)
        let second = script.newOwner()
        script.transfer("B", "C", by: second)
        let (seqs, entries) = (world.truth.seqs, world.cache.entries.mapValues(\.max))
        let committed = world.kafka.committed(world.kafka.topics.toRedisGroup, 0)
        // A new claim of the sleeper may make the successor claim again; nothing else is seen of it.
        for _ in 0..<3 {
            script.run(first)
            script.run(second)
        }
        #expect(world.truth.seqs == seqs)
        #expect(world.cache.entries.mapValues(\.max) == entries)
        #expect(world.kafka.committed(world.kafka.topics.toRedisGroup, 0) == committed)
        script.transfer("D", by: second)
        #expect(world.truth.maxSeq(Self.conversation) == 4)
        self.settle(world)
    }

    @Test func `partitions wait while more is in memory than the history has passed, and go on behind it`() {
        let world = ModelWorld(seed: Seed(1))
        world.limits.pinnedMax = 3
        world.batchMax = 1
        let script = ModelScript(world: world)
        let owner = script.newOwner()
        script.transfer("A", "B", "C", "D", "E", by: owner)
        #expect(world.truth.maxSeq(Self.conversation) == 3)
        #expect(owner.pinned.total == 3)
        script.run(world.startWriter().process)
        script.watch(owner)
        script.run(owner)
        #expect(world.truth.maxSeq(Self.conversation) == 5)
        #expect(owner.pinned.total == 2)
        self.settle(world)
    }

    @Test func `when the connection to the cache was lost, what only the cache can tell is raised again`() {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        let owner = script.newOwner()
        script.transfer("A", "B", by: owner)
        world.cache.empty()
        script.watch(owner)
        #expect(world.cache.entries.isEmpty, "nobody has noticed")
        world.cache.generation += 1
        script.watch(owner)
        #expect(world.cache.entries[Self.conversation]?.max == 2)
        self.settle(world)
    }

    @Test func `a new owner tells the cache what the former one may have told to a server that failed`() {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        let first = script.newOwner()
        script.transfer("A", "B", by: first)
        script.kill(first)
        world.cache.empty()
        script.run(script.newOwner())
        #expect(world.cache.entries[Self.conversation]?.max == 2)
        self.settle(world)
    }

    @Test func `an acknowledgement without an offset is looked up in the log`() {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        let owner = script.newOwner()
        script.run(owner)
        world.lostOffsets = 100
        script.transfer("A", "B", by: owner)
        world.lostOffsets = 0
        #expect(world.truth.maxSeq(Self.conversation) == 2)
        #expect(world.truth.voidRecords == 0)
        self.settle(world)
    }

    @Test(arguments: [ModelOutcome.refused, .answerLost, .partly, .late])
    func `an append that fails is done again under a new claim`(fault: ModelOutcome) {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        script.arrive("A")
        let owner = script.newOwner()
        script.end(owner, "toMongo", fault)
        script.run(owner)
        #expect(world.truth.maxSeq(Self.conversation) == 1)
        self.settle(world)
    }

    @Test func `a replay of everything finds every seq again`() {
        let world = ModelWorld(seed: Seed(1))
        world.limits.windowMax = 1
        let script = ModelScript(world: world)
        let first = script.newOwner()
        for id in ["A", "B", "C", "D", "E", "F"] { script.transfer(id, by: first) }
        script.run(world.startWriter().process)
        script.kill(first)
        world.kafka.forgetOffset(world.kafka.topics.toRedisGroup, 0)
        world.cache.empty()
        script.run(script.newOwner())
        #expect(world.truth.maxSeq(Self.conversation) == 6)
        #expect(world.kafka.committed(world.kafka.topics.toRedisGroup, 0) == 6)
        self.settle(world)
    }

    @Test func `a history whose place in the log was deleted stops, and skips nothing`() {
        let world = ModelWorld(seed: Seed(1))
        let script = ModelScript(world: world)
        let owner = script.newOwner()
        script.transfer("A", by: owner)
        let writer = world.startWriter().process
        script.run(writer)
        script.kill(writer)
        let position = world.history.positions[0]
        script.transfer("B", "C", by: owner)
        world.kafka.logStart = world.kafka.end(world.kafka.topics.toMongo, 0)
        script.transfer("D", by: owner)
        let next = world.startWriter()
        script.run(next.process, sleeps: 5)
        #expect(world.history.positions[0] == position)
        #expect(world.history.heads[Self.conversation]?.maxSeq == 1)
        #expect(next.isOwned && !next.isFinished, "it stays there and says so")
        // A new transfer would give seqs that are used: it does not start either.
        script.kill(owner)
        let second = script.newOwner()
        script.run(second, sleeps: 5)
        #expect(world.truth.broken.isEmpty)
        for process in world.processes where !process.isKilled { script.kill(process) }
    }

    @Test func `schedules meet everything that they are about`() {
        var events: [String: Int] = [:]
        for seed in 0..<UInt64(150) {
            var chaos = ModelChaos(seed: Seed(seed))
            _ = chaos.run(steps: 250)
            for line in chaos.world.schedule.trace {
                let words = line.split(separator: " ")
                if words.count == 3, let name = words[0].first, words[0] != "late:" {
                    events["\(name) \(words[1]) \(words[2])", default: 0] += 1
                }
            }
            events["void", default: 0] += chaos.world.truth.voidRecords
            events["deleted", default: 0] += chaos.world.history.deleted.count
        }
        let wanted = [
            "void", "deleted", "T seqs done", "T raise done", "T read done", "T claim late", "T toMongo late",
            "T toMongo partly", "T toPush partly", "T put partly", "T commit late", "W store partly", "W store late",
            "W raiseHeads late", "W savePosition answerLost", "T readSeqs late", "W positions late",
            "A store answerLost", "R messages done",
            "T deadLetter done",
        ]
        for event in wanted { #expect(events[event, default: 0] > 0, "\(event)") }
    }
}

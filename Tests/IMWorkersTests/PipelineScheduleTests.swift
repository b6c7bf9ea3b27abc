import IMProtocol
import TestKit
import Testing

@testable import IMWorkers

/// The schedules of guarantees.md that broke earlier designs, by their numbers.
///
/// Each runs twice: as the pipeline is, when every promise must hold, and with the models answering as if the part of
/// the design that it needs were missing, when a promise must break.
@Suite struct PipelineScheduleTests {
    private static let conversation = "si_a_b"

    private func needs(
        _ mutation: ModelMutation,
        partitions: Int32 = 1,
        limits: TransferLimits = TransferLimits(),
        location: SourceLocation = #_sourceLocation,
        _ script: (ModelScript) -> Void
    ) {
        func broken(_ mutation: ModelMutation?) -> (promises: [String], trace: String) {
            let world = ModelWorld(seed: Seed(1), partitions: partitions, mutation: mutation)
            world.limits = limits
            script(ModelScript(world: world))
            world.settle()
            return (world.truth.broken, world.schedule.trace.joined(separator: "\n"))
        }
        let sound = broken(nil)
        #expect(sound.promises == [], "\(sound.trace)", sourceLocation: location)
        let mutated = broken(mutation)
        #expect(!mutated.promises.isEmpty, "\(mutation): \(mutated.trace)", sourceLocation: location)
    }

    @Test func `1: two owners work at once, Redis is emptied, and what was handed out is not given again`() {
        self.needs(.seqsFromCache) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "toMongo")
            let second = script.newOwner()
            script.run(second)
            script.run(first)
            script.world.cache.empty()
            script.kill(second)
            script.kill(first)
            script.transfer("B", by: script.newOwner())
        }
    }

    @Test func `2: a record that lands between reading the log and claiming is not overlooked`() {
        self.needs(.claimAfterReading) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "toMongo")
            // A newer version of the server, which would not take A.
            script.world.violation = { message, _ in message.clientMsgID == "A" ? "not any more" : nil }
            let second = script.newOwner()
            script.wait(second, for: "claim")
            script.end(first, "toMongo")
            script.kill(first)
            script.transfer("B", by: second)
        }
    }

    @Test func `3: a fail-over behind a proxy that forgets the last write gives no seq twice`() {
        self.needs(.seqsFromCache) { script in
            let first = script.newOwner()
            script.transfer("A", by: first)
            script.world.cache.lose(writes: 1)
            script.kill(first)
            script.transfer("B", by: script.newOwner())
        }
    }

    @Test func `4: a message that newer ones have pushed out of the window keeps its seq when it comes again`() {
        var limits = TransferLimits()
        limits.windowMax = 2
        self.needs(.noLookUp, limits: limits) { script in
            let owner = script.newOwner()
            let writer = script.world.startWriter()
            for id in ["A", "B", "C", "D"] {
                script.transfer(id, by: owner)
                script.run(writer.process)
                script.watch(owner)
            }
            script.transfer("A", by: owner)
        }
    }

    @Test func `5: a pull of a message that Redis evicted and the history does not have waits`() {
        self.needs(.noWaiting) { script in
            script.transfer("A", by: script.newOwner())
            script.world.cache.evict(1, of: Self.conversation)
            script.world.read(Self.conversation)
            guard let reader = script.world.processes.last else { return }
            script.run(reader, sleeps: 2)
            script.run(script.world.startWriter().process)
            script.run(reader)
        }
    }

    @Test func `5: a message that is sent again after Redis was emptied keeps its seq`() {
        self.needs(.seqsFromCache) { script in
            let first = script.newOwner()
            script.transfer("A", by: first)
            script.world.cache.empty()
            script.kill(first)
            script.transfer("A", by: script.newOwner())
        }
    }

    @Test func `6: a history that was trimmed still knows the greatest seq`() {
        self.needs(.maxFromSlots) { script in
            let first = script.newOwner()
            script.transfer("A", "B", by: first)
            script.run(script.world.startWriter().process)
            script.world.history.trim(Self.conversation, below: 3)
            script.kill(first)
            script.transfer("C", by: script.newOwner())
        }
    }

    @Test func `7: a message that was deleted before its batch is repeated stays deleted and has one seq`() {
        self.needs(.idsAreDeleted) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "commit")
            script.kill(first)
            script.run(script.world.startWriter().process)
            script.world.history.delete(
                1,
                of: Self.conversation,
                keepsIdentity: script.world.mutation != .idsAreDeleted
            )
            script.world.cache.empty()
            script.run(script.newOwner())
        }
    }

    @Test func `8: what another owner stored and did not push is pushed`() {
        self.needs(.noRepeatedPublishing) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "claim")
            let second = script.newOwner()
            script.wait(second, for: "toMongo")
            // The old claim lands after the new one, so it is the newest, and its owner stores A.
            script.end(first, "toMongo")
            script.kill(first)
            script.run(second)
        }
    }

    @Test func `9: a zombie whose record lands behind a foreign claim shows it to nobody`() {
        self.needs(.noOffsetCheck) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "toMongo")
            let second = script.newOwner()
            script.wait(second, for: "opening")
            script.run(first)
            script.run(second)
        }
    }

    @Test func `10: a history writer that starts again behind a claim does not take a zombie's record for valid`() {
        self.needs(.noStoredEpoch) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "toMongo")
            script.world.violation = { message, _ in message.clientMsgID == "A" ? "not any more" : nil }
            let second = script.newOwner()
            script.run(second)
            let writer = script.world.startWriter().process
            script.run(writer)
            script.kill(writer)
            script.end(first, "toMongo")
            script.run(script.world.startWriter().process)
        }
    }

    @Test func `11: a history writer that dies between its writes has not passed what it did not write`() {
        self.needs(.positionFirst) { script in
            script.transfer("A", by: script.newOwner())
            let writer = script.world.startWriter().process
            script.end(writer, "savePosition")
            script.kill(writer)
        }
    }

    @Test func `12: an owner that dies before the log has its message has shown it to nobody`() {
        self.needs(.cacheFirst) { script in
            script.arrive("A")
            let first = script.newOwner()
            script.wait(first, for: "toMongo")
            script.kill(first)
        }
    }

    @Test func `13: a new owner counts what the history does not have yet`() {
        self.needs(.noTail) { script in
            let first = script.newOwner()
            script.transfer("A", by: first)
            script.kill(first)
            script.transfer("B", by: script.newOwner())
        }
    }

    @Test func `13: a window keeps what the history does not have yet`() {
        var limits = TransferLimits()
        limits.windowMax = 1
        self.needs(.noPins, limits: limits) { script in
            let owner = script.newOwner()
            for id in ["A", "B", "C"] {
                script.transfer(id, by: owner)
                script.watch(owner)
            }
            script.transfer("A", by: owner)
        }
    }

    @Test func `14: a repeat is pushed before the newer message that came before it`() {
        self.needs(.arrivalOrder) { script in
            let owner = script.newOwner()
            script.transfer("A", by: owner)
            script.transfer("B", "A", by: owner)
        }
    }

    @Test func `16: a history that was failed over is not believed until it is as far as it was`() {
        self.needs(.noProgressCheck) { script in
            let first = script.newOwner()
            script.transfer("A", by: first)
            script.run(script.world.startWriter().process)
            script.kill(first)
            script.arrive("B")
            let second = script.newOwner()
            script.wait(second, for: "opening")
            // Older than A, for one read.
            script.world.staleReads = (100, 1)
            script.world.history.forget(writes: 3)
            script.end(second, "opening")
            script.world.staleReads.percent = 0
            script.run(second)
        }
    }

    @Test(arguments: [true, false])
    func `15: when the number of partitions changes, order and seqs stay if everything was drained first`(
        isDrained: Bool
    ) {
        let world = ModelWorld(seed: Seed(1), partitions: 2)
        let script = ModelScript(world: world)
        let first = script.newOwner(0)
        let second = script.newOwner(1)
        script.arrive("A", in: 0)
        if isDrained {
            script.run(first)
            script.run(world.startWriter(0).process)
        }
        // From here on the conversation belongs to the other partition.
        script.arrive("B", in: 1)
        script.arrive("A", in: 1)
        script.run(second)
        world.settle()
        let seqs = ["A", "B"].map { id in
            world.truth.seqs[ModelTruth.identity(Self.conversation, world.message(id))] ?? 0
        }
        // P4: A was answered before B was sent.
        let isKept = world.truth.broken.isEmpty && seqs[0] < seqs[1]
        #expect(isKept == isDrained, "\(world.truth.broken) \(seqs)")
    }
}

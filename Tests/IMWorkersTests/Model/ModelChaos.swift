import IMStorage
import Kafka
import TestKit

@testable import IMWorkers

/// A schedule that a seed makes: who does what when, what fails how, and who dies.
struct ModelChaos {
    let world: ModelWorld
    private let clients: [ModelClient]
    /// How often a call does not simply succeed, in percent.
    private let faults: Int
    /// How often something happens to a whole process, in per mille of the steps.
    private let crashes: Int
    private var zombies: [ModelPartition] = []

    init(seed: Seed, mutation: ModelMutation? = nil) {
        var random = seed.generator()
        let partitions = Int32.random(in: 1...2, using: &random)
        self.world = ModelWorld(seed: seed, partitions: partitions, mutation: mutation)
        self.faults = [0, 5, 15, 35].randomElement(using: &random) ?? 0
        self.crashes = [0, 10, 30, 80].randomElement(using: &random) ?? 0
        self.world.batchMax = Int.random(in: 1...6, using: &random)
        self.world.lostOffsets = [0, 0, 20].randomElement(using: &random) ?? 0
        self.world.staleReads.percent = [0, 0, 20].randomElement(using: &random) ?? 0
        // So small that every bound is met.
        self.world.limits.windowMax = Int.random(in: 1...5, using: &random)
        self.world.limits.conversationsMax = Int.random(in: 1...3, using: &random)
        self.world.limits.messagesMax = Int.random(in: 2...12, using: &random)
        self.world.limits.pinnedMax = Int.random(in: 3...20, using: &random)
        self.clients = (0..<Int.random(in: 2...6, using: &random)).map { number in
            let pair = number / 2
            let names = ["a\(pair)", "b\(pair)"]
            return ModelClient(
                names[number % 2],
                to: names[1 - number % 2],
                partition: Int32(pair) % partitions,
                skew: Int64.random(in: -20_000...20_000, using: &random)
            )
        }
    }

    /// Runs the schedule; returns the promises that it broke.
    mutating func run(steps: Int) -> [String] {
        let world = self.world
        let first = world.startTransfer()
        for partition in 0..<world.partitions {
            world.assignTransfer(partition, to: first)
            world.startWriter(partition)
            world.startArchiver(partition)
        }
        for _ in 0..<steps {
            guard world.truth.broken.isEmpty else { return world.truth.broken }
            world.now += Int64.random(in: 1...400, using: &world.schedule.random)
            self.step()
        }
        world.settle()
        for client in self.clients { client.check(world) }
        return world.truth.broken
    }

    private mutating func step() {
        let world = self.world
        if Int.random(in: 0..<1000, using: &world.schedule.random) < self.crashes { return self.crash() }
        switch Int.random(in: 0..<100, using: &world.schedule.random) {
        case 0..<12: self.clients.randomElement(using: &world.schedule.random)?.act(in: world)
        case 12..<16: self.read()
        case 16..<18: self.loseCache()
        case 18..<19: self.poison()
        case 19..<22: self.letLateHappen()
        case 22..<23: self.delete()
        case 23..<24: world.now += 70_000
        default: self.endCall()
        }
    }

    private func endCall() {
        let world = self.world
        // Who only waits comes rarely.
        let ready = world.schedule.ready.filter { call in
            (call.name != "watch" && call.name != "sleep") || world.chance(10)
        }
        guard let call = ready.randomElement(using: &world.schedule.random) else { return }
        guard world.chance(self.faults), let fault = call.faults.randomElement(using: &world.schedule.random) else {
            return world.schedule.end(call, .done)
        }
        world.schedule.end(call, fault)
    }

    private func letLateHappen() {
        let late = self.world.schedule.lateEffects.indices
        guard let index = late.randomElement(using: &self.world.schedule.random) else { return }
        self.world.schedule.happen(index)
    }

    // MARK: - What happens to processes

    private mutating func crash() {
        let world = self.world
        let topics = world.kafka.topics
        let partition = Int32.random(in: 0..<world.partitions, using: &world.schedule.random)
        switch Int.random(in: 0..<12, using: &world.schedule.random) {
        case 0, 1:
            if let owner = world.kafka.owner(topics.toRedisGroup, partition) { world.kill(owner.process) }
            for number in 0..<world.partitions {
                guard world.kafka.owner(topics.toRedisGroup, number)?.process.isKilled ?? true else { continue }
                world.assignTransfer(number, to: world.startTransfer())
            }
        case 2, 3, 4, 5: self.moveTransfer(partition)
        case 6: self.zombies.randomElement(using: &world.schedule.random)?.notice()
        case 7, 8: self.moveFollower(topics.toMongoGroup, partition)
        case 9: self.moveFollower(topics.archiveGroup, partition)
        case 10:
            // The group's offset is lost, and the owner with it, for only a start reads it.
            guard let owner = world.kafka.owner(topics.toRedisGroup, partition) else { return }
            world.schedule.note("offset of \(partition) lost")
            world.kafka.forgetOffset(topics.toRedisGroup, partition)
            world.kill(owner.process)
        default: break
        }
    }

    /// Gives a partition of `toRedis` to another process; the former owner knows it, or learns it later.
    private mutating func moveTransfer(_ partition: Int32) {
        let world = self.world
        let former = world.kafka.owner(world.kafka.topics.toRedisGroup, partition)
        let living = world.processes.filter { process in
            process.name.hasPrefix("T") && !process.isKilled && process !== former?.process
        }
        let next = world.chance(40) ? living.randomElement(using: &world.schedule.random) : nil
        self.leave(former)
        world.assignTransfer(partition, to: next ?? world.startTransfer())
    }

    private mutating func moveFollower(_ group: String, _ partition: Int32) {
        let world = self.world
        if let former = world.kafka.owner(group, partition) {
            if world.flip() { world.kill(former.process) } else { self.leave(former) }
        }
        if group == world.kafka.topics.toMongoGroup {
            world.startWriter(partition)
        } else {
            world.startArchiver(partition)
        }
    }

    private mutating func leave(_ former: ModelPartition?) {
        guard let former, !former.process.isKilled else { return }
        if self.world.flip() { former.notice() } else { self.zombies.append(former) }
    }

    // MARK: - What happens to stores

    private func loseCache() {
        let world = self.world
        let conversationID = world.cache.entries.keys.sorted().randomElement(using: &world.schedule.random)
        switch Int.random(in: 0..<5, using: &world.schedule.random) {
        case 0: world.cache.empty()
        case 1, 2: world.cache.lose(writes: Int.random(in: 1...5, using: &world.schedule.random))
        case 3: if let conversationID { world.cache.evictMax(conversationID) }
        default:
            guard let conversationID, let max = world.cache.entries[conversationID]?.max, max > 0 else { return }
            world.cache.evict(Int64.random(in: 1...max, using: &world.schedule.random), of: conversationID)
        }
        world.schedule.note("cache loses")
        // Behind a proxy nobody notices.
        if world.flip() { world.cache.generation += 1 }
    }

    private func read() {
        let conversationIDs = self.world.truth.identities.keys.sorted()
        guard let id = conversationIDs.randomElement(using: &self.world.schedule.random) else { return }
        self.world.read(id)
    }

    private func poison() {
        let partition = Int32.random(in: 0..<self.world.partitions, using: &self.world.schedule.random)
        self.world.schedule.note("poison")
        self.world.arrive([0xff, 0x01], key: Array("x".utf8), in: partition)
    }

    /// Deletes a message that the history has.
    private func delete() {
        let world = self.world
        guard
            let (id, head) = world.history.heads.sorted(by: { $0.key < $1.key })
                .randomElement(using: &world.schedule.random)
        else { return }
        let seq = Int64.random(in: 1...max(1, head.maxSeq), using: &world.schedule.random)
        guard world.history.slots[id]?[seq] != nil else { return }
        world.schedule.note("\(id) \(seq) deleted")
        // Tag-deleted in the cache beside it.
        world.cache.evict(seq, of: id)
        world.history.delete(seq, of: id, keepsIdentity: world.mutation != .idsAreDeleted)
    }
}

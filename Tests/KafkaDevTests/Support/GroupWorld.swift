import NIOCore
import TestKit
import Testing

@testable import KafkaDev

/// Consumers that work, die, come back and commit what they have no right to, and what must be true all the time.
///
/// Each owner of a partition begins where the group has come to and goes forward, as eager consumers do. So an offset that a
/// member commits is never below the one before, unless a member commits that should not.
struct GroupWorld {
    /// Who somebody claims to be when it commits.
    struct Identity: Hashable {
        var member = ""
        var instance: String?
        var generation: Int32 = -1
    }

    private struct Client {
        var identity = Identity()
        var join: RestartingBroker.Ticket?
        var sync: RestartingBroker.Ticket?
        var isLeader = false
        var isSynced = false
        var others: [String] = []
        /// How far it has come in the partitions that it owns.
        var positions: [Int32: Int64] = [:]
    }

    private static let session: Int64 = 3_000

    private let broker: RestartingBroker
    private let fsync: FsyncPolicy
    private let seed: Seed
    private var random: SeededGenerator
    private var clients: [Client]
    /// Earlier identities, with how far they had come.
    private var ghosts: [(identity: Identity, positions: [Int32: Int64])] = []
    /// The generation that each member was told last, and the newest of all, since the start of the broker.
    private var told: [String: Int32] = [:]
    private var newest: Int32 = -1
    /// Joins whose answers do not reach their clients.
    private var lost: [RestartingBroker.Ticket] = []
    /// What a fetch may find: one value, or two when the broker died before it answered.
    private var possible: [Int32: Set<Int64>] = [0: [-1], 1: [-1]]
    /// Until when members of before a restart may live.
    private var fencedUntil = Int64.min
    private var fenceIsCertain = true
    /// Whether it has offsets; a group without offsets and members is none.
    private var isKnown = false
    /// How many commits were confirmed and refused.
    private(set) var confirmed = 0
    private(set) var refused = 0

    init(_ broker: RestartingBroker, _ fsync: FsyncPolicy, seed: Seed, random: SeededGenerator) {
        self.broker = broker
        self.fsync = fsync
        self.seed = seed
        self.random = random
        self.clients = (0..<5).map { Client(identity: .init(instance: $0 == 0 ? "static" : nil)) }
    }

    /// Does something, and looks at everything.
    mutating func step() async throws {
        let index = Int.random(in: self.clients.indices, using: &self.random)
        switch Int.random(in: 0..<80, using: &self.random) {
        case 0..<48: try await self.goOn(index)
        case 48..<50: try await self.join(index)
        case 50..<52: try await self.sync(index)
        case 52..<56: try await self.work(index)
        case 56..<57: try await self.leave(index)
        case 57..<65: try await self.commitAsGhost()
        case 65: try await self.commit(Identity(), [Int32.random(in: 0...1, using: &self.random): 0])
        case 66: self.loseJoin(index)
        case 67: self.forget(index)
        case 68: try await self.crash()
        default: try await self.broker.advance(Int64.random(in: 0...500, using: &self.random))
        }
        try await self.collect()
        try await self.verifyOffsets()
    }

    // MARK: - Members

    /// Does what a consumer does next.
    private mutating func goOn(_ index: Int) async throws {
        let client = self.clients[index]
        guard client.join == nil, client.sync == nil else { return }
        guard client.identity.generation >= 0, self.told[client.identity.member] != nil else {
            return try await self.join(index)
        }
        guard client.isSynced else { return try await self.sync(index) }
        switch try await self.heartbeat(index) {
        case .none: try await self.work(index)
        case .rebalanceInProgress, .illegalGeneration:
            // Most finish their work first.
            if Bool.random(using: &self.random) { try await self.work(index) }
            try await self.join(index)
        default:
            self.bury(index)
            self.clients[index].identity.member = ""
            try await self.join(index)
        }
    }

    private mutating func join(_ index: Int) async throws {
        // An eager consumer gives up what it has before it joins.
        self.bury(index)
        self.loseJoin(index)
        let identity = self.clients[index].identity
        let isNewMember = Bool.random(using: &self.random)
        self.clients[index].join = try await self.broker.send(JoinGroupAPI.self, isNewMember ? 9 : 5) {
            $0.group = "g"
            $0.member = identity.member
            $0.instance = identity.instance
            $0.sessionTimeoutMilliseconds = Int32(Self.session)
            $0.rebalanceTimeoutMilliseconds = 4_000
            $0.protocolType = "consumer"
            $0.protocols = [.init(name: "range", metadata: ByteBuffer(string: "m"))]
        }
    }

    private mutating func sync(_ index: Int) async throws {
        let client = self.clients[index]
        guard client.identity.generation >= 0 else { return }
        self.clients[index].sync = try await self.broker.send(SyncGroupAPI.self) {
            $0.group = "g"
            $0.member = client.identity.member
            $0.instance = client.identity.instance
            $0.generation = client.identity.generation
            guard client.isLeader, !client.others.isEmpty else { return }
            $0.assignments = client.others.enumerated().map { place, member in
                let parts = (0..<2).filter { $0 % client.others.count == place }.map(String.init).joined()
                return .init(member: member, assignment: ByteBuffer(string: parts))
            }
        }
    }

    private mutating func heartbeat(_ index: Int) async throws -> ErrorCode {
        let identity = self.clients[index].identity
        return try await self.broker.ask(HeartbeatAPI.self) {
            $0.group = "g"
            $0.member = identity.member
            $0.instance = identity.instance
            $0.generation = identity.generation
        }.error
    }

    private mutating func leave(_ index: Int) async throws {
        let identity = self.clients[index].identity
        _ = try await self.broker.ask(LeaveGroupAPI.self) {
            $0.group = "g"
            $0.members = [.init(id: identity.member, instance: identity.instance)]
        }
        self.forget(index)
    }

    /// The client begins anew and remembers nothing.
    private mutating func forget(_ index: Int) {
        self.bury(index)
        self.loseJoin(index)
        self.clients[index] = Client(identity: .init(instance: self.clients[index].identity.instance))
    }

    private mutating func loseJoin(_ index: Int) {
        if let ticket = self.clients[index].join { self.lost.append(ticket) }
        self.clients[index].join = nil
    }

    private mutating func bury(_ index: Int) {
        let client = self.clients[index]
        guard client.identity.generation >= 0, !client.positions.isEmpty else { return }
        self.ghosts.append((client.identity, client.positions))
        if self.ghosts.count > 8 { self.ghosts.removeFirst() }
        self.clients[index].positions = [:]
    }

    /// Takes the answers that have come.
    private mutating func collect() async throws {
        for ticket in self.lost {
            if let answer = try self.broker.answer(JoinGroupAPI.self, ticket), answer.error == .none {
                self.wasTold(answer)
            }
        }
        for index in self.clients.indices {
            if let ticket = self.clients[index].join,
                let answer = try self.broker.answer(JoinGroupAPI.self, ticket)
            {
                self.clients[index].join = nil
                self.joined(index, answer)
            }
            if let ticket = self.clients[index].sync,
                let answer = try self.broker.answer(SyncGroupAPI.self, ticket)
            {
                self.clients[index].sync = nil
                try await self.synced(index, answer)
            }
        }
    }

    private mutating func joined(_ index: Int, _ answer: JoinGroupAPI.Response) {
        switch answer.error {
        case .none:
            self.clients[index].identity.member = answer.member
            self.clients[index].identity.generation = answer.generation
            self.clients[index].isSynced = false
            self.clients[index].isLeader = answer.leader == answer.member && !answer.skipsAssignment
            self.clients[index].others = answer.members.map(\.id)
            self.wasTold(answer)
        // As librdkafka does: the generation stays that of the earlier membership.
        case .memberIDRequired: self.clients[index].identity.member = answer.member
        default: self.clients[index].identity.member = ""
        }
    }

    private mutating func wasTold(_ answer: JoinGroupAPI.Response) {
        self.told[answer.member] = answer.generation
        self.newest = max(self.newest, answer.generation)
    }

    private mutating func synced(_ index: Int, _ answer: SyncGroupAPI.Response) async throws {
        guard answer.error == .none else { return try await self.join(index) }
        self.clients[index].isSynced = true
        let parts = String(buffer: answer.assignment).compactMap { Int32(String($0)) }
        self.clients[index].positions = [:]
        for part in parts { self.clients[index].positions[part] = try await self.fetched()[part] ?? -1 }
    }

    // MARK: - Offsets

    private mutating func work(_ index: Int) async throws {
        for part in self.clients[index].positions.keys {
            self.clients[index].positions[part, default: 0] += Int64.random(in: 1...5, using: &self.random)
        }
        try await self.commit(self.clients[index].identity, self.clients[index].positions)
    }

    private mutating func commitAsGhost() async throws {
        guard var ghost = self.ghosts.randomElement(using: &self.random) else { return }
        // One that lives on under the same name is no ghost.
        guard !self.clients.contains(where: { $0.identity == ghost.identity }) else { return }
        switch Int.random(in: 0..<4, using: &self.random) {
        case 0: ghost.identity = Identity()
        case 1: ghost.identity.instance = nil
        case 2: ghost.identity.member = self.clients.randomElement(using: &self.random)?.identity.member ?? ""
        default: break
        }
        // Somebody's own id with its present generation is its right.
        guard
            !self.clients.contains(where: {
                $0.identity.member == ghost.identity.member && !ghost.identity.member.isEmpty
                    && $0.identity.generation == ghost.identity.generation
            })
        else { return }
        try await self.commit(ghost.identity, ghost.positions)
    }

    private mutating func commit(_ identity: Identity, _ positions: [Int32: Int64]) async throws {
        guard !positions.isEmpty else { return }
        let expected = try await self.expected(identity)
        let build: (inout OffsetCommitAPI.Request) -> Void = {
            $0.group = "g"
            $0.member = identity.member
            $0.instance = identity.instance
            $0.generation = identity.generation
            let parts = positions.map { OffsetCommitAPI.Partition(index: $0.key, offset: $0.value) }
            $0.topics = [.init(name: "t", partitions: parts)]
        }
        if expected == [.none], Int.random(in: 0..<12, using: &self.random) == 0 {
            // The broker dies before anybody hears of it.
            _ = try await self.broker.send(OffsetCommitAPI.self, nil, build)
            for (part, offset) in positions { self.possible[part, default: []].insert(offset) }
            try await self.crash()
            return
        }
        let answers = try await self.broker.ask(OffsetCommitAPI.self, build).topics.flatMap(\.partitions).map(\.error)
        let answer = try #require(answers.first, "\(self.seed)")
        #expect(expected.contains(answer), "\(self.seed) \(identity): \(answer), not \(expected)")
        #expect(Set(answers).count == 1, "\(self.seed)")
        guard answer == .none else {
            self.refused += 1
            return
        }
        self.confirmed += 1
        self.isKnown = true
        for (part, offset) in positions {
            let before = self.possible[part]?.min() ?? -1
            let isForward = identity.generation < 0 || offset >= before
            #expect(isForward, "\(self.seed) \(identity) took \(part) from \(before) back to \(offset)")
            self.possible[part] = [offset]
        }
    }

    /// What the protocol wants the answer to be, by what the group says of itself and what it has told its members.
    private func expected(_ identity: Identity) async throws -> Set<ErrorCode> {
        let described = try await self.broker.ask(DescribeGroupsAPI.self) { $0.groups = ["g"] }
        let group = try #require(described.groups.first)
        if identity.generation < 0, identity.member.isEmpty, identity.instance == nil {
            guard group.members.isEmpty else { return [.unknownMemberID] }
            guard self.broker.clock.milliseconds < self.fencedUntil else { return [.none] }
            return self.fenceIsCertain ? [.unknownMemberID] : [.none, .unknownMemberID]
        }
        if let instance = identity.instance, let holder = group.members.first(where: { $0.instance == instance }),
            holder.id != identity.member
        {
            return [.fencedInstanceID]
        }
        guard group.members.contains(where: { $0.id == identity.member }) else {
            return self.isKnown ? [.unknownMemberID] : [.unknownMemberID, .illegalGeneration]
        }
        guard self.told[identity.member] == identity.generation, identity.generation == self.newest else {
            return [.illegalGeneration]
        }
        return group.state == "CompletingRebalance" ? [.rebalanceInProgress] : [.none]
    }

    private func fetched() async throws -> [Int32: Int64] {
        let answer = try await self.broker.ask(OffsetFetchAPI.self) {
            $0.group = "g"
            $0.topics = [.init(name: "t", partitions: [0, 1])]
        }
        let parts = try #require(answer.topics.first).partitions
        return Dictionary(parts.map { ($0.index, $0.offset) }) { first, _ in first }
    }

    private mutating func verifyOffsets() async throws {
        for (part, offset) in try await self.fetched() {
            let allowed = self.possible[part] ?? []
            #expect(allowed.contains(offset), "\(self.seed): \(offset) in \(part), not one of \(allowed)")
            self.possible[part] = [offset]
        }
    }

    // MARK: - Crashes

    private mutating func crash() async throws {
        let described = try await self.broker.ask(DescribeGroupsAPI.self) { $0.groups = ["g"] }
        let group = described.groups.first
        let hadMembers = group?.members.contains { self.told[$0.id] != nil } ?? false
        let wasFenced = self.broker.clock.milliseconds < self.fencedUntil
        let isPowerCut = self.fsync == .always
        try await self.broker.crash(keeping: isPowerCut ? Double.random(in: 0...1, using: &self.random) : nil)
        // The group may have been about to begin or to end.
        let isChanging = group?.state == "PreparingRebalance" || isPowerCut
        self.fenceIsCertain = !isChanging && (!wasFenced || hadMembers)
        if hadMembers || wasFenced || isChanging {
            self.fencedUntil = self.broker.clock.milliseconds + Self.session
        }
        self.told = [:]
        self.newest = -1
        self.lost = []
        for index in self.clients.indices {
            (self.clients[index].join, self.clients[index].sync) = (nil, nil)
        }
    }
}

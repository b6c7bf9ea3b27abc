import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// The scripts by themselves: each state of an entry, and what each script makes of it.
    @Suite(.serialized) struct RocksCacheEntryTests {
        /// A state of the table in `CacheEntry`, made by hand.
        enum State: String, CaseIterable, Sendable {
            case missing
            case firstLoad
            case fresh
            case deletedWithValue
            case deletedWithoutValue
            case reload
            case deadLoad
            case update
            case updateWithValue
            case deadUpdate

            var hasValue: Bool {
                switch self {
                case .fresh, .deletedWithValue, .reload, .deadLoad, .updateWithValue, .deadUpdate: true
                case .missing, .firstLoad, .deletedWithoutValue, .update: false
                }
            }

            /// Whether a loader takes the entry.
            var isFree: Bool {
                switch self {
                case .missing, .deletedWithValue, .deletedWithoutValue, .deadLoad, .deadUpdate: true
                case .firstLoad, .fresh, .reload, .update, .updateWithValue: false
                }
            }

            var isUpdate: Bool { self == .update || self == .updateWithValue }

            /// The owner, if the entry has one.
            var owner: String? {
                switch self {
                case .missing, .fresh, .deletedWithValue, .deletedWithoutValue: nil
                case .firstLoad, .reload, .deadLoad: "A"
                case .update, .updateWithValue, .deadUpdate: "update:A"
                }
            }

            func make(_ key: String, _ redis: RedisClient) async throws {
                try await redis.send(RedisCommand("DEL", [.string(key)]))
                guard self != .missing else { return }
                var words: [RedisArgument] = self.hasValue ? ["value", "7"] : []
                let now = try await redis.serverTime()
                switch self {
                case .missing, .fresh: break
                case .deletedWithValue, .deletedWithoutValue: words += ["lockUntil", 0]
                case .firstLoad, .reload, .update, .updateWithValue: words += ["lockUntil", .init(now + 50)]
                case .deadLoad, .deadUpdate: words += ["lockUntil", .init(now - 1)]
                }
                if let owner = self.owner { words += ["lockOwner", .string(owner)] }
                try await redis.send(RedisCommand("HSET", [.string(key)] + words))
                try await redis.send(RedisCommand("EXPIRE", [.string(key), 100]))
            }
        }

        private static var soon: Deadline { .after(.seconds(5)) }

        @Test(arguments: State.allCases) func `a loader takes what is missing, invalid or abandoned and nothing else`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                try await state.make("k", process.redis)
                let before = try await StoredHash("k", process.redis)
                let results = try await process.store.acquire(
                    ["k"],
                    owner: "B",
                    wakesWaiter: false,
                    deadline: Self.soon
                )
                let value: [UInt8]? = state.hasValue ? Array("7".utf8) : nil
                let after = try await StoredHash("k", process.redis)
                let now = try await process.redis.serverTime()
                if state.isFree {
                    #expect(try results[0].get() == .acquired(value))
                    #expect(after.lockOwner == "B")
                    #expect([now, now + 1].contains(after.lockTime))
                    #expect(after.ends(in: state == .missing ? 2 : 100))
                } else {
                    #expect(try results[0].get() == (state == .fresh ? .fresh(value ?? []) : .held(value)))
                    #expect(after.fields == before.fields)
                    #expect(after.ends(in: 100))
                }
                #expect(after.value == (state.hasValue ? "7" : nil))
            }
        }

        @Test(arguments: State.allCases) func `a value is stored by the owner only and ends the lock`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                for owner in ["A", "B", ""] {
                    try await state.make("k", process.redis)
                    let before = try await StoredHash("k", process.redis)
                    let value = StoredValue(key: "k", bytes: Array("8".utf8), lifetime: .seconds(20))
                    let results = try await process.store.store([value], owner: owner, deadline: Self.soon)
                    let after = try await StoredHash("k", process.redis)
                    let isOwner = state.owner == owner
                    #expect(try results[0].get() == isOwner)
                    #expect(after.fields == (isOwner ? ["value": "8"] : before.fields), "\(owner)")
                    #expect(after.isTidy && (!isOwner || after.ends(in: 20)))
                }
            }
        }

        @Test(arguments: State.allCases) func `a loader that failed gives back what it still owns only`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                for owner in ["A", "B"] {
                    try await state.make("k", process.redis)
                    let before = try await StoredHash("k", process.redis)
                    let results = try await process.store.release(["k"], owner: owner, deadline: Self.soon)
                    let after = try await StoredHash("k", process.redis)
                    let isOwner = state.owner == owner
                    #expect(try results[0].get() == isOwner)
                    guard isOwner else {
                        #expect(after.fields == before.fields)
                        continue
                    }
                    #expect(after.lockUntil == "0" && after.lockOwner == nil)
                    #expect(after.value == before.value)
                    // Never longer than a lock: the old value must not live on because its loader failed.
                    #expect(after.ends(in: 1))
                }
            }
        }

        @Test(arguments: State.allCases)
        func `a tag-delete takes the entry from whoever has it and keeps the old value`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                try await state.make("k", process.redis)
                _ = try await process.store.invalidate(["k"], deadline: Self.soon)[0].get()
                let after = try await StoredHash("k", process.redis)
                #expect(after.fields == (state.hasValue ? ["value": "7", "lockUntil": "0"] : ["lockUntil": "0"]))
                #expect(after.ends(in: 10))
            }
        }

        @Test(arguments: State.allCases) func `a put replaces whatever is there`(state: State) async throws {
            try await RocksCacheProcess.withServer { process in
                try await state.make("k", process.redis)
                let value = StoredValue(key: "k", bytes: Array("9".utf8), lifetime: .seconds(30))
                try await process.store.put(value, deadline: Self.soon)
                let after = try await StoredHash("k", process.redis)
                #expect(after.fields == ["value": "9"])
                #expect(after.ends(in: 30))
            }
        }

        @Test(arguments: State.allCases) func `an update lock is refused for another update only`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                for owner in ["A", "B"] {
                    try await state.make("k", process.redis)
                    let before = try await StoredHash("k", process.redis)
                    let holder = try await process.store.lockForUpdate(
                        "k",
                        owner: owner,
                        lease: .seconds(80),
                        deadline: Self.soon
                    )
                    let after = try await StoredHash("k", process.redis)
                    if state.isUpdate, owner == "B" {
                        #expect(holder == "A")
                        #expect(after.fields == before.fields)
                        continue
                    }
                    #expect(holder == nil)
                    #expect(after.lockOwner == "update:\(owner)" && after.value == before.value)
                    let now = try await process.redis.serverTime()
                    let lockUntil = after.lockTime
                    #expect((now + 79...now + 80).contains(lockUntil))
                    #expect(after.ends(in: 160))
                }
            }
        }

        @Test(arguments: State.allCases) func `an update lock is lengthened by its owner only`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                for owner in ["A", "B"] {
                    try await state.make("k", process.redis)
                    let before = try await StoredHash("k", process.redis)
                    let isHeld = try await process.store.extendUpdateLock(
                        "k",
                        owner: owner,
                        lease: .seconds(80),
                        deadline: Self.soon
                    )
                    let after = try await StoredHash("k", process.redis)
                    #expect(isHeld == (state.owner == "update:\(owner)"))
                    if !isHeld { #expect(after.fields == before.fields) }
                    #expect(after.ends(in: isHeld ? 160 : 100) || !after.exists)
                }
            }
        }

        @Test(arguments: State.allCases) func `the end of an update invalidates unless another update holds the entry`(
            state: State
        ) async throws {
            try await RocksCacheProcess.withServer { process in
                for owner in ["A", "B"] {
                    try await state.make("k", process.redis)
                    let before = try await StoredHash("k", process.redis)
                    let wasHeld = try await process.store.unlockForUpdate("k", owner: owner, deadline: Self.soon)
                    let after = try await StoredHash("k", process.redis)
                    #expect(wasHeld == (state.owner == "update:\(owner)"))
                    if state.isUpdate, owner == "B" {
                        #expect(after.fields == before.fields)
                        #expect(after.ends(in: 100))
                    } else {
                        #expect(
                            after.fields == (state.hasValue ? ["value": "7", "lockUntil": "0"] : ["lockUntil": "0"])
                        )
                        #expect(after.ends(in: 10))
                    }
                }
            }
        }

        @Test func `a value without a lifetime removes the entry`() async throws {
            try await RocksCacheProcess.withServer { process in
                _ = try await process.store.acquire(["k"], owner: "A", wakesWaiter: true, deadline: Self.soon)
                let value = StoredValue(key: "k", bytes: [], lifetime: .zero)
                #expect(try await process.store.store([value], owner: "A", deadline: Self.soon)[0].get())
                #expect(try await !StoredHash("k", process.redis).exists)
            }
        }
    }
}

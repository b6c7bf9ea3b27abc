import Testing

@testable import Caching

@Suite struct RocksCacheOptionsTests {
    private func validate(_ change: (inout RocksCacheOptions) -> Void) throws {
        var options = RocksCacheOptions()
        change(&options)
        try options.validate()
    }

    @Test func `the defaults can be used`() throws {
        try RocksCacheOptions().validate()
    }

    @Test func `what Redis and the algorithm cannot do is refused`() {
        let changes: [(inout RocksCacheOptions) -> Void] = [
            { $0.delay = .zero }, { $0.delay = .seconds(-1) },
            { $0.lockExpire = .zero }, { $0.lockExpire = .seconds(-1) }, { $0.lockExpire = .seconds(86_401) },
            { $0.lockSleep = .zero }, { $0.emptyExpire = .seconds(-1) },
            { $0.waitReplicas = -1 }, { $0.waitReplicasTimeout = .zero },
            { $0.randomExpireAdjustment = -0.1 }, { $0.randomExpireAdjustment = 1 },
            { $0.randomExpireAdjustment = .nan },
            { $0.storeTimeout = .zero }, { $0.waitTimeout = .zero },
            { $0.consistencyCheckRate = -0.1 }, { $0.consistencyCheckRate = 1.1 }, { $0.consistencyCheckRate = .nan },
        ]
        for (index, change) in changes.enumerated() {
            let error = #expect(throws: RocksCacheError.self, "change \(index)") { try self.validate(change) }
            #expect(error?.code == .invalidArgument, "change \(index)")
        }
    }

    @Test func `the limits themselves can be used`() throws {
        try self.validate { $0.emptyExpire = .zero }
        try self.validate { $0.lockExpire = .seconds(86_400) }
        try self.validate { $0.randomExpireAdjustment = 0 }
        try self.validate { $0.consistencyCheckRate = 1 }
        try self.validate { $0.delay = .milliseconds(1) }
    }

    @Test func `a lifetime is the wanted one less the delay and a random share`() async {
        let setup = World.Setup(
            options: World.options {
                $0.delay = .seconds(10)
                $0.randomExpireAdjustment = 0.25
            }
        )
        await withWorld(setup) { world in
            let process = try world.process()
            var lifetimes: [Duration] = []
            for _ in 0..<200 { lifetimes.append(process.cache.engine.lifetime(.seconds(100))) }
            let (least, most) = (lifetimes.min() ?? .zero, lifetimes.max() ?? .zero)
            world.expect(least > .seconds(65) && least < .seconds(70), "the least is \(least)")
            world.expect(most <= .seconds(90) && most > .seconds(85), "the most is \(most)")
        }
    }

    @Test func `entries live as long as was said`() async {
        let setup = World.Setup(options: World.options { $0.randomExpireAdjustment = 0 })
        await withWorld(setup) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            let begin = world.schedule.time
            // 8 s less a delay of 2 s.
            try await world.sleep(.milliseconds(5900))
            world.expect(world.server.entry("a") != nil, "the entry ended before its time")
            try await world.sleep(begin + .milliseconds(6100) - world.schedule.time)
            world.expect(world.server.entry("a") == nil, "the entry is kept too long")
        }
    }

    @Test func `an expiry that leaves nothing is refused before anything is done`() async {
        await withWorld(World.Setup(options: World.options { $0.randomExpireAdjustment = 0.5 })) { world in
            let cache = try world.process().cache
            for expire in [Duration.zero, .seconds(-1), .seconds(2), .seconds(4)] {
                do {
                    let value = try await cache.fetch("a", expire: expire) { () -> Version? in Version(1) }
                    world.violate("\(expire) gave \(String(describing: value))")
                } catch let error as RocksCacheError {
                    world.expect(error.code == .invalidArgument && error.keys == ["a"], "it failed with \(error)")
                }
                do {
                    try await cache.put("a", Version(1), expire: expire)
                    world.violate("a put with \(expire) was done")
                } catch let error as RocksCacheError {
                    world.expect(error.code == .invalidArgument, "it failed with \(error)")
                }
            }
            world.expect(world.server.entry("a") == nil, "something was stored")
        }
    }
}

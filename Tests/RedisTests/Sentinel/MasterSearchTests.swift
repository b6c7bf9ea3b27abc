import Testing

@testable import Redis

@Suite struct MasterSearchTests {
    private static let old = RedisEndpoint(host: "10.0.0.1", port: 1)
    private static let new = RedisEndpoint(host: "10.0.0.2", port: 2)

    private static func answer(_ master: RedisEndpoint?, epoch: Int64? = nil) -> SentinelAnswer {
        var answer = SentinelAnswer(replies: [.null])
        answer.master = master
        answer.epoch = epoch
        return answer
    }

    private static func search(
        _ answers: [SentinelAnswer?],
        suspects: Set<RedisEndpoint> = [],
        known: Int64? = nil
    ) -> (result: String, asked: Int) {
        let sentinels = answers.indices.map { RedisEndpoint(host: "s", port: $0 + 1) }
        var search = MasterSearch(masterName: "m", sentinels: sentinels, suspects: suspects, epochKnown: known)
        var asked = 0
        while search.next != nil {
            if let answer = answers[asked] {
                search.answered(answer)
            } else {
                search.failed(RedisError(.connectionLost, "refused"))
            }
            asked += 1
        }
        switch search.result {
        case .found(let candidate): return ("\(candidate.address)", asked)
        case .failed(let error): return ("\(error.code): \(error.message)", asked)
        }
    }

    @Test func `the first answer counts when nothing speaks against it`() {
        #expect(Self.search([nil, Self.answer(Self.old), Self.answer(Self.new)]) == ("10.0.0.1:1", 2))
    }

    @Test func `a suspected address gives way, and counts when there is no other`() {
        let answers = [Self.answer(Self.old), Self.answer(Self.new), Self.answer(Self.new)]
        #expect(Self.search(answers, suspects: [Self.old]) == ("10.0.0.2:2", 2))
        #expect(Self.search([Self.answer(Self.old), nil], suspects: [Self.old]) == ("10.0.0.1:1", 2))
    }

    @Test func `a newer epoch beats suspicion and an older one never wins against it`() {
        let newer = Self.answer(Self.new, epoch: 5)
        let older = Self.answer(Self.old, epoch: 4)
        #expect(
            Self.search([older, newer], suspects: [Self.new]) == ("10.0.0.1:1", 1),
            "nothing newer is known of yet"
        )
        #expect(Self.search([older, newer], suspects: [Self.new], known: 5) == ("10.0.0.2:2", 2))
        #expect(Self.search([newer, older], suspects: [Self.new], known: 5) == ("10.0.0.2:2", 2))
        #expect(Self.search([older, newer], suspects: [Self.old]) == ("10.0.0.2:2", 2))
    }

    @Test func `only outdated answers count when all sentinels give them`() {
        let older = Self.answer(Self.old, epoch: 1)
        #expect(Self.search([older, older], known: 9) == ("10.0.0.1:1", 2))
        let part = Self.search([older, nil], known: 9).result
        #expect(part == "connectionLost: only outdated sentinels reachable (1 others tried: s:2: refused)")
    }

    @Test func `failures name what is wrong`() {
        #expect(Self.search([nil]).result == "connectionLost: no sentinel reachable (1 tried: s:1: refused)")
        #expect(Self.search([]).result == "connectionLost: no sentinel reachable (0 tried: )")
        let text = "handshakeRefused: sentinels know no master named m (1 asked, not reachable: s:2: refused)"
        #expect(Self.search([Self.answer(nil), nil]).result == text)
    }

    @Test func `replies of a sentinel are understood`() {
        let others = RedisValue.array([
            .array(SentinelWorld.words(["name", "x", "ip", "::1", "port", "26380"])),
            .array(SentinelWorld.words(["ip", "bad", "port", "70000"])), .null, .array([]), .array([.null]),
        ])
        let master = RedisValue.array(SentinelWorld.words(["name", "m", "config-epoch", "7", "odd"]))
        let address = RedisValue.array(SentinelWorld.words(["10.0.0.2", "2"]))
        let answer = SentinelAnswer(replies: [address, master, others])
        #expect(answer.master == Self.new && answer.epoch == 7 && answer.refusal == nil)
        #expect(answer.sentinels == [RedisEndpoint(host: "::1", port: 26_380)])
    }

    @Test(arguments: [
        [], [RedisValue.integer(1)], [.array([])], [.array([.null, .null])], [.array(SentinelWorld.words(["", "1"]))],
        [.array(SentinelWorld.words(["h", "0"]))], [.array(SentinelWorld.words(["h", "65536"]))],
        [.array(SentinelWorld.words(["h", "99999999999999999999"]))], [.error("NOPERM no")],
    ]) func `replies that make no sense are refusals`(replies: [RedisValue]) {
        let answer = SentinelAnswer(replies: replies)
        #expect(answer.master == nil && answer.refusal != nil)
    }

    @Test func `switch messages are understood or passed over`() {
        let message = SwitchMasterMessage(Array("m 10.0.0.1 1 10.0.0.2 2".utf8))
        #expect(message?.masterName == "m" && message?.old == Self.old && message?.new == Self.new)
        for text in ["", "m", "m a 1 b", "m a 1 b 2 c", "m a 0 b 2", "m a 1 b x"] {
            #expect(SwitchMasterMessage(Array(text.utf8)) == nil)
        }
    }

    @Test func `learnt sentinels are bounded and forgotten, configured ones are not`() {
        func at(_ port: Int) -> RedisEndpoint { RedisEndpoint(host: "s", port: port) }
        var directory = SentinelDirectory(configured: [at(1), at(2), at(1)], countMax: 4)
        #expect(directory.sentinels == [at(1), at(2)])
        directory.answered(at(2), others: [at(1), at(3), at(4), at(5)])
        #expect(directory.sentinels == [at(2), at(1), at(3), at(4)])
        directory.answered(at(4), others: [at(2), at(6)])
        #expect(directory.sentinels == [at(4), at(2), at(1), at(6)])
        directory.answered(at(1), others: [])
        #expect(directory.sentinels == [at(1), at(4), at(2), at(6)])
        directory.answered(at(9), others: [])
        #expect(directory.sentinels.count == 4)
    }
}

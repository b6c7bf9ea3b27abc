import FlowControl
import Testing

@Suite struct KeyShardTests {
    @Test(arguments: [
        ("alice_bob", 14), ("10001_10002", 11), ("10001_imAdmin", 4), ("3742915187", 35), ("用户一_用户二", 9),
        ("123456789", 12), ("a", 7),
    ])
    func `a key goes to the worker that OpenIM gives it`(key: String, worker: Int) {
        #expect(KeyShard.index(of: key, workerCount: 50) == worker)
    }

    @Test(arguments: [1, 0, -3])
    func `one worker, or a number that makes no sense, serves every key`(count: Int) {
        #expect(KeyShard.index(of: "alice_bob", workerCount: count) == 0)
    }
}

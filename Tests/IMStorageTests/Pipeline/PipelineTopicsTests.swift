import Testing

@testable import IMStorage

@Suite struct PipelineTopicsTests {
    @Test func `the names are those of OpenIM`() {
        let topics = PipelineTopics()
        #expect(topics.aligned == ["toRedis", "toMongo", "toPush"])
        #expect([topics.toRedisGroup, topics.toMongoGroup, topics.toPushGroup] == ["redis", "mongo", "push"])
        #expect(topics.toOfflinePush == "toOfflinePush")
        #expect(topics.archiveGroup != topics.toMongoGroup)
    }

    @Test func `dead letters have a topic of their own`() {
        #expect(PipelineTopics.deadLetters(of: "toRedis") == "toRedis.deadLetter")
    }
}

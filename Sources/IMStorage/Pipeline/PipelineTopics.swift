/// The names of the pipeline's Kafka topics and of the groups that read them.
package struct PipelineTopics: Sendable, Equatable {
    /// Accepted messages, keyed by conversation, without seq.
    package var toRedis = "toRedis"
    /// Messages with their seq: the log that history and archive follow.
    package var toMongo = "toMongo"
    /// Messages on their way to connected clients.
    package var toPush = "toPush"
    /// Messages for clients that are away.
    package var toOfflinePush = "toOfflinePush"
    /// The group of the transfer.
    package var toRedisGroup = "redis"
    /// The group of the history writer.
    package var toMongoGroup = "mongo"
    /// The group of the archiver, which reads `toMongo` beside the history writer.
    ///
    /// Not in OpenIM v3.8.
    package var archiveGroup = "archive"
    /// The group of online push.
    package var toPushGroup = "push"

    package init() {}

    /// Where records of `topic` go that cannot be processed.
    package static func deadLetters(of topic: String) -> String {
        "\(topic).deadLetter"
    }

    /// The topics that must have the same number of partitions, because what is read from partition p of one is produced
    /// to partition p of the others.
    package var aligned: [String] {
        [self.toRedis, self.toMongo, self.toPush]
    }
}

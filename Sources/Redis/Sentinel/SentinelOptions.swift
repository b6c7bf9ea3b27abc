import ServerRuntime

/// Which master is followed, whom to ask for it, and how often.
struct SentinelOptions: Sendable, Equatable {
    /// The name under which the sentinels watch the master.
    var masterName: String
    /// The sentinels to begin with; the others are learnt from them.
    var sentinels: [RedisEndpoint]
    /// The limit of one question to one sentinel, connecting included.
    var askTimeout = Duration.milliseconds(500)
    /// The limit of asking a server for its role, connecting included.
    var verifyTimeout = Duration.milliseconds(500)
    /// How often the sentinels are asked while all is well; each time between 0.8 and 1.2 of it.
    var checkInterval = Duration.seconds(10)
    /// How often they are asked while there is no master; each time between 0.8 and 1.2 of it.
    var searchInterval = Duration.seconds(1)
    /// The least time between two rounds of questions, however many calls fail meanwhile.
    var checkSpacing = Duration.milliseconds(100)
    /// The delays before a call that was not carried out is sent again.
    var retry = Backoff(initial: .milliseconds(20), maximum: .seconds(1))
    /// Sentinels that are remembered, those to begin with included; further ones are not learnt.
    var sentinelsMax = 64
    /// Calls that may wait for a master; one more fails with `.queueFull`.
    var waitingCallsMax = 65_536
}

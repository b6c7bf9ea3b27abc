import ServerRuntime

/// How a cluster is watched and how often a call is tried again.
struct ClusterSettings: Sendable, Equatable {
    /// How often the topology is read without a reason; each time shortened by up to a quarter, at random.
    var refreshInterval: Duration = .seconds(30)
    /// The least time from one reading of the topology to the next, whatever the reasons are.
    var refreshPause: Duration = .milliseconds(200)
    /// How long one node may take to answer what the topology is.
    var refreshTimeout: Duration = .seconds(2)
    /// How long other answers are waited for after the first.
    var refreshPatience: Duration = .milliseconds(100)
    /// How many nodes are asked at once.
    var askedNodes = 3
    /// How often one call may be sent on by `MOVED` or `ASK`; nodes that disagree could do so for ever.
    var redirectionsMax = 16
    /// The delays before a call that no node could take is sent again.
    var retry = Backoff(initial: .milliseconds(20), maximum: .seconds(1))
    /// The delays between tries to read the topology when no node answers.
    var rediscovery = Backoff(initial: .milliseconds(50), maximum: .seconds(5))
    /// How long the node of a server that has left is kept for the replies of calls under way.
    var retirement: Duration = .seconds(5)
    /// Calls that may wait for the first topology at once; one more fails with `.queueFull`.
    var waitingCallsMax = 65_536
}

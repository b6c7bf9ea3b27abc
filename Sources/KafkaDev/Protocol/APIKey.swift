/// The requests that this broker answers, with their numbers in the protocol.
enum APIKey: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case saslHandshake = 17
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerID = 22
    case describeConfigs = 32
    case saslAuthenticate = 36
    case createPartitions = 37
    case deleteGroups = 42
    case offsetDelete = 47

    /// The versions that are answered.
    ///
    /// Produce begins with 0 although records older than version 3 are refused in the answer: librdkafka compresses only
    /// for a broker that says so. Beyond the ends the protocol changes to topic ids, which this broker does not have.
    var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 0...9
        case .fetch: 4...12
        case .listOffsets: 1...7
        case .metadata: 0...9
        case .offsetCommit: 2...8
        case .offsetFetch: 1...7
        case .findCoordinator: 0...3
        case .joinGroup: 0...9
        case .heartbeat: 0...4
        case .leaveGroup: 0...5
        case .syncGroup: 0...5
        case .describeGroups: 0...5
        case .listGroups: 0...4
        case .saslHandshake: 0...1
        case .apiVersions: 0...3
        case .createTopics: 0...5
        case .deleteTopics: 0...5
        case .deleteRecords: 0...2
        case .initProducerID: 0...4
        case .describeConfigs: 0...4
        case .saslAuthenticate: 0...2
        case .createPartitions: 0...2
        case .deleteGroups: 0...2
        case .offsetDelete: 0...0
        }
    }

    /// The first version with compact lengths and tagged fields.
    var firstFlexibleVersion: Int16 {
        switch self {
        case .produce, .metadata: 9
        case .fetch: 12
        case .listOffsets, .offsetFetch, .joinGroup: 6
        case .offsetCommit: 8
        case .findCoordinator, .listGroups, .apiVersions: 3
        case .heartbeat, .leaveGroup, .syncGroup, .deleteTopics, .describeConfigs: 4
        case .describeGroups, .createTopics: 5
        case .deleteRecords, .initProducerID, .createPartitions, .deleteGroups, .saslAuthenticate: 2
        case .offsetDelete, .saslHandshake: .max
        }
    }

    /// Whether `version` is a flexible one.
    func isFlexible(_ version: Int16) -> Bool {
        version >= self.firstFlexibleVersion
    }

    /// Whether the header of the answer in `version` ends with tagged fields.
    ///
    /// Never that of ApiVersions, which a client must read before it knows anything (KIP-511).
    func hasFlexibleAnswerHeader(_ version: Int16) -> Bool {
        self != .apiVersions && self.isFlexible(version)
    }
}

import Logging
import NIOCore
import NIOPosix
import ServerRuntime

/// The broker behind the connections: topics, logs, groups.
///
/// All of it belongs to one event loop that serves no sockets: requests are handed over to it and their answers handed
/// back, so nothing here is locked, and a disk that is slow delays requests but no socket. Syncing has a thread of its
/// own.
final class Broker {
    /// The number of this only node.
    static let nodeID: Int32 = 1

    /// So many bytes between two looks at retention leave memory behind that is worth giving back.
    private static let burstBytes = 8 << 20

    let configuration: KafkaDevConfiguration
    let files: any FileLayer
    let loop: any EventLoop
    let thread: NIOThreadPool
    let clock: WallClock
    /// The clock of groups: milliseconds that never jump.
    private let groupClock: WallClock
    let logger: Logger
    let syncer: LogSyncer
    let state: StateLog
    let fetchBudget: ByteBudget
    /// What clients are told to connect to.
    ///
    /// Known before the first connection is accepted, for a client that was told a wrong port keeps to it.
    var address: (host: String, port: Int)
    var catalog: TopicCatalog
    var topics: [String: Topic] = [:]
    var groups: [String: GroupEntry] = [:]
    /// Until when members of before the start may be alive, by group, on the clock of groups.
    var formerMembers: [String: Int64] = [:]
    /// Answers of groups that are still to come.
    var groupCalls: [GroupRequestID: BrokerCall] = [:]
    var lastGroupRequest: UInt64 = 0
    /// The fetch that waits, by connection: at most one each, for a connection's fetches are answered in order.
    var fetches: [UInt64: WaitingFetch] = [:]
    /// The connections whose fetch waits until other answers are sent, first come, first served.
    var heldBackFetches: [UInt64] = []
    var isHoldingBackFetches = false
    var nextProducerID: Int64 = 0
    private var retentionTimer: RepeatedTask?
    /// The bytes of requests since the last look at retention.
    var requestBytes = 0
    private var wasBusy = false

    init(
        configuration: KafkaDevConfiguration,
        files: any FileLayer,
        loop: any EventLoop,
        thread: NIOThreadPool,
        clock: WallClock = .system,
        groupClock: WallClock = WallClock { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) },
        logger: Logger
    ) {
        self.configuration = configuration
        self.files = files
        self.loop = loop
        self.thread = thread
        self.clock = clock
        self.groupClock = groupClock
        self.logger = logger
        self.address = configuration.advertised ?? (configuration.host, configuration.port)
        self.syncer = LogSyncer(policy: configuration.fsync, files: files, loop: loop, thread: thread)
        self.catalog = TopicCatalog(clusterID: "")
        self.fetchBudget = ByteBudget(limit: configuration.limits.fetchBytesInFlightMax)
        self.state = StateLog(
            folder: "\(configuration.dataFolder)/state",
            files: files,
            isSyncedBeforeAcknowledgement: configuration.fsync == .always,
            clock: clock,
            logger: logger
        )
    }

    /// The options of a partition without settings of its topic.
    var logOptions: LogOptions {
        var options = LogOptions()
        options.segmentBytes = self.configuration.segmentBytes
        options.retentionBytes = self.configuration.retentionBytes
        options.retentionMilliseconds = self.configuration.retentionTime?.wholeMilliseconds
        options.batchBytesMax = self.configuration.limits.batchBytesMax
        options.producersMax = self.configuration.limits.producersPerPartitionMax
        options.isSyncedBeforeAcknowledgement = self.configuration.fsync == .always
        return options
    }

    /// What the clock of groups says.
    var monotonicMilliseconds: Int64 {
        self.groupClock.milliseconds
    }

    private var cleanMarker: String { "\(self.configuration.dataFolder)/clean-stop" }
    var topicsFolder: String { "\(self.configuration.dataFolder)/topics" }
    private var catalogPath: String { "\(self.configuration.dataFolder)/catalog" }

    // MARK: - Life

    /// Reads the data folder and makes the topics that were asked for.
    func open() throws(StorageError) {
        let folder = self.configuration.dataFolder
        try self.files.makeFolder(folder)
        try self.files.makeFolder(self.topicsFolder)
        let isClean = try self.files.content(of: self.cleanMarker) != nil
        // From here on a stop that is not clean must show.
        try self.files.remove(self.cleanMarker)
        try self.files.syncFolder(folder)
        try self.openCatalog()
        let syncs = self.configuration.fsync != .never
        try self.state.open(isClean: isClean, syncs: syncs)
        self.nextProducerID = self.state.table.producerIDsBelow
        for (name, group) in self.state.table.groups where group.sessionTimeoutMilliseconds > 0 {
            self.formerMembers[name] = self.monotonicMilliseconds + group.sessionTimeoutMilliseconds
        }
        try self.removeUnknownFolders()
        for entry in self.catalog.entries {
            let topic = Topic(entry: entry, partitions: [])
            for index in 0..<entry.partitions {
                topic.partitions.append(try self.openPartition(entry, index, isClean: isClean, syncs: syncs))
            }
            self.topics[entry.name] = topic
        }
        for topic in self.configuration.topics where self.topics[topic.name] == nil {
            _ = try self.makeTopic(topic.name, partitions: topic.partitions, config: TopicConfig())
        }
        self.syncer.start()
        self.startRetention()
        self.logger.info(
            "data folder read",
            metadata: [
                "folder": "\(folder)", "clean": "\(isClean)", "topics": "\(self.topics.count)",
                "groups": "\(self.state.table.groups.count)",
            ]
        )
    }

    private func openCatalog() throws(StorageError) {
        guard let content = try self.files.content(of: self.catalogPath) else {
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
            let id = (0..<22).map { _ in letters[Int.random(in: letters.indices)] }
            self.catalog = TopicCatalog(clusterID: String(id))
            try self.storeCatalog(self.catalog)
            return
        }
        guard let catalog = TopicCatalog(content) else {
            // EINVAL is 22 on every system.
            throw StorageError(operation: "understand", path: self.catalogPath, number: 22)
        }
        self.catalog = catalog
    }

    /// Puts `catalog` on disk, and then in the place of the present one.
    func storeCatalog(_ catalog: TopicCatalog) throws(StorageError) {
        try self.files.replace(self.catalogPath, with: catalog.content)
        self.catalog = catalog
    }

    /// Removes what is left of topics whose removal was cut short.
    private func removeUnknownFolders() throws(StorageError) {
        let known = Set(self.catalog.entries.flatMap { entry in (0..<entry.partitions).map { entry.folder($0) } })
        for name in try self.files.names(in: self.topicsFolder) where !known.contains(name) {
            try self.files.removeFolder("\(self.topicsFolder)/\(name)")
        }
    }

    /// Opens a partition's log, which may be new.
    func openPartition(
        _ entry: TopicCatalog.Entry,
        _ index: Int,
        isClean: Bool,
        syncs: Bool
    ) throws(StorageError) -> Partition {
        let log = PartitionLog(
            folder: "\(self.topicsFolder)/\(entry.folder(index))",
            files: self.files,
            options: entry.config.applied(to: self.logOptions),
            logger: self.logger
        )
        try log.open(isClean: isClean, syncs: syncs)
        return Partition(log: log)
    }

    private func startRetention() {
        let amount = TimeAmount.milliseconds(max(10, self.configuration.retentionInterval.wholeMilliseconds))
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.retentionTimer = self.loop.scheduleRepeatedTask(initialDelay: amount, delay: amount) { _ in
            bound.value.applyRetention()
            bound.value.giveMemoryBack()
        }
    }

    /// Removes what is older or more than it may be.
    func applyRetention() {
        let now = self.clock.milliseconds
        for topic in self.topics.values {
            for partition in topic.partitions {
                do throws(StorageError) {
                    try partition.log.applyRetention(now: now)
                } catch {
                    self.logger.warning(
                        "retention failed",
                        metadata: ["topic": "\(topic.entry.name)", "reason": "\(error)"]
                    )
                }
                if partition.log.hasClosedSegments { self.syncer.appended(partition.log) }
            }
        }
        self.forgetOldGroups(now: now)
    }

    /// The C library keeps what is freed; when a burst of records is over, the system gets it back.
    private func giveMemoryBack() {
        let bytes = max(self.fetchBudget.takePeak(), self.requestBytes)
        self.requestBytes = 0
        let isBusy = bytes >= Self.burstBytes
        if self.wasBusy, !isBusy { self.thread.submit { _ in FreedMemory.giveBack() } }
        self.wasBusy = isBusy
    }

    /// Ends all that waits and leaves the data folder for a clean start.
    ///
    /// - Parameter done: called on the loop.
    func close(_ done: @escaping () -> Void) {
        self.retentionTimer?.cancel()
        for fetch in self.fetches.values { fetch.forget() }
        self.fetches = [:]
        for entry in self.groups.values { entry.timer?.cancel() }
        self.groupCalls = [:]
        self.syncer.stop {
            do throws(StorageError) {
                for topic in self.topics.values {
                    for partition in topic.partitions { try partition.log.close() }
                }
                try self.state.log.close()
                try self.files.replace(self.cleanMarker, with: [])
            } catch {
                // The next start then reads and verifies everything that is not known to be safe.
                self.logger.error("the stop is not clean", metadata: ["reason": "\(error)"])
            }
            done()
        }
    }

    /// A connection is gone: nothing of it waits any longer.
    func connectionClosed(_ connection: UInt64) {
        self.fetches.removeValue(forKey: connection)?.forget()
        self.heldBackFetches.removeAll { $0 == connection }
    }
}

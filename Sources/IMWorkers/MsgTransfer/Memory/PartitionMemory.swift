import IMProtocol
import IMStorage

/// What the transfer of one partition knows of its conversations.
struct PartitionMemory: Sendable {
    private let limits: TransferLimits
    private var windows: [String: ConversationWindow] = [:]
    /// Conversations with messages in the part of `toMongo` that the history did not have at the take-over, not
    /// used since.
    private var tail: [String: ConversationWindow] = [:]
    private var batch: UInt64 = 0
    /// Messages in `windows`, at the most: what a look-up adds twice is counted twice until the next count.
    private var messageCount = 0
    private var conversationsTrimAt = 0
    private var messagesTrimAt = 0
    private var tailPassedBy: Int64 = 0

    init(limits: TransferLimits) {
        self.limits = limits
    }

    /// How many conversations are known.
    var conversationCount: Int {
        self.windows.count + self.tail.count
    }

    /// The window of a conversation; nil when it is not known.
    subscript(conversationID: String) -> ConversationWindow? {
        self.windows[conversationID]
    }

    /// The greatest seqs of the tail, by conversation.
    var tailMaxima: [String: Int64] {
        self.tail.mapValues(\.maxSeq)
    }

    /// Notes messages of the tail, as they stand in the log.
    mutating func learnTail(_ run: SequencedMessages, at offset: Int64) throws {
        var window = self.tail.removeValue(forKey: run.conversationID) ?? ConversationWindow()
        for message in run.messages {
            let identity = try MessageIdentity(
                conversationID: run.conversationID,
                sendID: message.sendID,
                clientMsgID: message.clientMsgID
            )
            window.learn(identity, seq: message.seq, createTime: message.createTime, offset: offset)
        }
        self.tail[run.conversationID] = window
    }

    /// Begins a batch; returns those of its conversations that have to be read from the history first.
    mutating func begin(_ conversationIDs: Set<String>) -> [String] {
        self.batch += 1
        for conversationID in conversationIDs { self.windows[conversationID]?.lastUse = self.batch }
        return conversationIDs.filter { self.windows[$0] == nil }.sorted()
    }

    /// Takes in what the history knows of a conversation, nil when it does not know it, and adds what the tail knows.
    mutating func open(_ conversationID: String, _ opening: ConversationOpening?) {
        // Every message that is not in the window is at or below the head, and so not younger than its youngest.
        var window = ConversationWindow(maxSeq: opening?.head.maxSeq ?? 0, horizon: opening?.head.createMax ?? .min)
        // The history writer may be between slots and heads: what is above the head is in the tail, or not real to us.
        for known in opening?.newest ?? [] where known.seq <= window.maxSeq {
            window.learn(
                known.identity,
                seq: known.seq,
                createTime: known.createTime ?? .min,
                offset: ConversationWindow.inHistory
            )
        }
        if let tail = self.tail.removeValue(forKey: conversationID) { window.merge(tail) }
        window.lastUse = self.batch
        self.messageCount += window.messages.count
        self.windows[conversationID] = window
    }

    /// Changes the window of a conversation that is known.
    mutating func change<Result>(
        _ conversationID: String,
        _ body: (inout ConversationWindow) -> Result
    ) -> Result {
        // In place, for this is done for every message.
        func changed(_ window: inout ConversationWindow) -> (result: Result, growth: Int) {
            let before = window.messages.count
            let result = body(&window)
            return (result, window.messages.count - before)
        }
        let (result, growth) = changed(&self.windows[conversationID, default: ConversationWindow()])
        self.messageCount += growth
        return result
    }

    /// Drops what goes beyond the limits and the history has.
    ///
    /// - Parameters:
    ///   - used: the conversations of the batch that has just ended.
    ///   - next: how far the history is.
    ///   - partitions: how many partitions share the limits of the process, at least 1.
    mutating func trim(_ used: some Sequence<String>, passedBy next: Int64, partitions: Int) {
        for conversationID in used {
            let dropped = self.windows[conversationID]?.trim(to: self.limits.windowMax, passedBy: next) ?? 0
            self.messageCount -= dropped
        }
        if next > self.tailPassedBy, !self.tail.isEmpty {
            // The history can tell all of it now.
            self.tail = self.tail.filter { !$0.value.isPassed(by: next) }
            self.tailPassedBy = next
        }
        let conversationsMax = max(1, self.limits.conversationsMax / max(1, partitions))
        let messagesMax = max(1, self.limits.messagesMax / max(1, partitions))
        guard
            self.windows.count > max(conversationsMax, self.conversationsTrimAt)
                || self.messageCount > max(messagesMax, self.messagesTrimAt)
        else { return }
        self.dropUnused(
            conversations: conversationsMax - conversationsMax / 4,
            messages: messagesMax - messagesMax / 4,
            passedBy: next
        )
        // Where the history is behind, little could be dropped: it is tried again when a good part is new.
        self.conversationsTrimAt = self.windows.count + conversationsMax / 4
        self.messagesTrimAt = self.messageCount + messagesMax / 4
    }

    private mutating func dropUnused(conversations: Int, messages: Int, passedBy next: Int64) {
        let passed = self.windows.filter { $0.value.isPassed(by: next) && $0.value.lastUse < self.batch }
            .map { (conversationID: $0.key, lastUse: $0.value.lastUse) }
            .sorted { ($0.lastUse, $0.conversationID) < ($1.lastUse, $1.conversationID) }
        for (conversationID, _) in passed {
            guard self.windows.count > conversations || self.messageCount > messages else { return }
            self.messageCount -= self.windows.removeValue(forKey: conversationID)?.messages.count ?? 0
        }
    }
}

import Curl
import IMClient
import IMProtocol
import ServerRuntime

/// Checks a run from its log and the server's stores.
struct Verification: Sendable {
    /// What is checked, and how.
    struct Options: Sendable {
        /// How long to wait for consumers that lag.
        var settleMax = Duration.seconds(60)
        /// Conversations that are pulled as a client does; 0: none.
        var pulledConversations = 20
        /// Seqs that are pulled of each, the newest.
        var pulledSeqs: Int64 = 1000
    }

    let settings: ServerSettings
    let gateway: LoadPlan.Gateway
    let apiURL: String
    var options = Options()

    /// Reads the log in `folder` and the stores, and compares them.
    func run(folder: String) async throws -> Verdict {
        let manifest = try RunManifest(folder: folder)
        let stores = try VerifyStores(self.settings)
        let curl = CurlClient()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await curl.run() }
            defer { group.cancelAll() }
            return try await stores.run {
                let lag = try await stores.settle(within: self.options.settleMax)
                var verdict = try await self.compare(manifest, folder, stores)
                verdict.lag = lag
                if self.options.pulledConversations > 0 {
                    while !curl.isReady { try await Task.sleep(for: .milliseconds(1)) }
                    verdict.pulls.merge(
                        try await self.pull(manifest.cast, stores, APIClient(baseURL: self.apiURL, curl: curl))
                    )
                }
                return verdict
            }
        }
    }

    private func compare(_ manifest: RunManifest, _ folder: String, _ stores: VerifyStores) async throws -> Verdict {
        let cast = manifest.cast
        let reader = LogReader(folder: folder)
        var greatest = [Int64](repeating: 0, count: cast.chats)
        try reader.forEach(ReceivedRecord.self) { record in
            let chat = Int(record.receiver) / cast.chatSize
            if chat < greatest.count { greatest[chat] = max(greatest[chat], min(record.seq, 1 << 32)) }
        }
        var verifier = Verifier(manifest)
        for chat in 0..<cast.chats {
            let conversationID = cast.conversationID(chat)
            let archived = try await stores.archive(conversationID)
            let known = max(greatest[chat], archived.last?.seq ?? 0)
            let stored = try await stores.history(conversationID, greatest: known)
            verifier.history(chat, head: stored.head, stored.entries)
            verifier.archive(chat, archived)
        }
        try reader.forEach(SentRecord.self) { verifier.sent($0) }
        try reader.forEach(SessionRecord.self) { verifier.session($0) }
        try reader.forEach(ReceivedRecord.self) { verifier.received($0) }
        return verifier.finish()
    }

    /// Pulls conversations as a client does and compares with the history.
    private func pull(_ cast: Cast, _ stores: VerifyStores, _ api: APIClient) async throws -> PullProbes {
        var probes = PullProbes()
        let roster = LoadRoster(api: api, settings: self.settings, cast: cast)
        let chats = 0..<min(cast.chats, self.options.pulledConversations)
        for peer in try await roster.tokens(of: chats.map { cast.members($0).lowerBound }, platform: .web) {
            let client = try await IMClient.connect(
                host: self.gateway.host,
                port: self.gateway.port,
                userID: peer.userID,
                token: peer.token,
                platformID: peer.platformID
            )
            let conversationID = cast.conversationID(peer.index / cast.chatSize)
            let newest = try await client.newestSeqs(userID: peer.userID).maxSeqs[conversationID] ?? 0
            let head = try await stores.head(of: conversationID)
            if newest < head {
                probes.add("\(conversationID), of which the server says \(newest)", wanted: head...head, found: [])
            }
            guard newest > 0 else {
                await client.close()
                continue
            }
            let lowest = max(1, newest - self.options.pulledSeqs + 1)
            for start in stride(from: lowest, through: newest, by: 100) {
                let wanted = start...min(start + 99, newest)
                do {
                    let found = try await PullProber.pull(client, peer.userID, conversationID, wanted)
                    probes.add(conversationID, wanted: wanted, found: Set(found.keys))
                } catch {
                    probes.errors += 1
                }
            }
            await client.close()
        }
        return probes
    }
}

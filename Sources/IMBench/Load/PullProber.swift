import IMClient
import IMProtocol
import ServerRuntime
import SwiftProtobuf

/// A reader that asks for the newest seq of its chat and pulls up to it at once, over and over (P5).
struct PullProber: Sendable {
    /// Seqs that one pull asks for.
    private static let seqsPerPull: Int64 = 100

    /// Who reads, on a platform of its own.
    let peer: LoadPeer
    let gateway: LoadPlan.Gateway
    let conversationID: String
    let interval: Duration

    /// Probes until the task is cancelled.
    func run() async -> PullProbes {
        var probes = PullProbes()
        while !Task.isCancelled {
            do {
                let client = try await self.connect()
                await self.probe(client, &probes)
                await client.close()
            } catch {
                probes.errors += 1
            }
            // Ends early when the run does, which the loop sees.
            try? await Task.sleep(for: .milliseconds(200))
        }
        return probes
    }

    private func connect() async throws -> IMClient {
        try await IMClient.connect(
            host: self.gateway.host,
            port: self.gateway.port,
            userID: self.peer.userID,
            token: self.peer.token,
            platformID: self.peer.platformID
        )
    }

    private func probe(_ client: IMClient, _ probes: inout PullProbes) async {
        while !Task.isCancelled, client.isConnected {
            do {
                let newest = try await client.newestSeqs(userID: self.peer.userID).maxSeqs[self.conversationID] ?? 0
                if newest > 0 {
                    let wanted = max(1, newest - Self.seqsPerPull + 1)...newest
                    let found = try await Self.pull(client, self.peer.userID, self.conversationID, wanted)
                    probes.add(self.conversationID, wanted: wanted, found: Set(found.keys))
                }
                try await Task.sleep(for: self.interval)
            } catch is CancellationError {
                return
            } catch {
                probes.errors += 1
                // Ends early when the run does.
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Pulls seqs, at most 100.
    ///
    /// - Returns: the client ids of those that came with a message.
    static func pull(
        _ client: IMClient,
        _ userID: String,
        _ conversationID: String,
        _ seqs: ClosedRange<Int64>
    ) async throws -> [Int64: String] {
        let reply = try await client.pullByRange(
            .with {
                $0.userID = userID
                $0.seqRanges = [
                    .with {
                        $0.conversationID = conversationID
                        $0.begin = seqs.lowerBound
                        $0.end = seqs.upperBound
                        $0.num = Int64(seqs.count)
                    }
                ]
            }
        )
        let messages = (reply.msgs[conversationID]?.msgs ?? []).filter { !$0.clientMsgID.isEmpty }
        return Dictionary(messages.map { ($0.seq, $0.clientMsgID) }) { first, _ in first }
    }
}

import IMStorage
import Logging

/// Looks once a second how far the history is, and whether the cache may have forgotten something.
struct HistoryWatch: Sendable {
    let pinned: PinnedMessages
    let history: any PipelineHistory
    let cache: any PipelineCache
    let timer: PipelineTimer
    let logger: Logger

    /// Works until the task is cancelled.
    func run() async {
        var generation = self.cache.connectionGeneration
        while true {
            do {
                try await self.timer.sleep(.seconds(1))
            } catch {
                return
            }
            do {
                for (ticket, partition) in self.pinned.waiting {
                    guard let position = try await self.history.position(of: partition) else { continue }
                    self.pinned.passed(ticket, next: position.next)
                }
                generation = try await self.raise(since: generation)
            } catch {
                // Done again in a second; until then memory only shrinks later, and partitions pause earlier.
                self.logger.debug("history not looked at", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Raises the maxima again that only the cache can tell, when its connection was lost since `generation`: a server
    /// that took over may have missed them.
    private func raise(since generation: Int) async throws -> Int {
        let current = self.cache.connectionGeneration
        guard current != generation else { return current }
        let maxima = self.pinned.maxima
        if !maxima.isEmpty { try await self.cache.raise(maxima) }
        return current
    }
}

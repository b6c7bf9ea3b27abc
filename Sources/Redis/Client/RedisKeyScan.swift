import ServerRuntime

/// The keys of all servers of a client, from `RedisClient.scan`; each iteration begins anew.
///
/// A page has `commandTimeout`; within it a page whose connection broke is asked for again.
public struct RedisKeyScan<Key: RedisReply>: AsyncSequence, Sendable {
    /// What the sequence consists of.
    public typealias Element = Key
    /// What the sequence throws.
    public typealias Failure = RedisError

    let client: RedisClient
    let pattern: String?
    let type: String?
    let count: Int

    /// An iteration from the beginning.
    public func makeAsyncIterator() -> Iterator {
        Iterator(scan: self)
    }

    /// One way through the keys.
    public struct Iterator: AsyncIteratorProtocol {
        private let scan: RedisKeyScan<Key>
        /// The servers that are left, the one under way last; `nil` before the first page.
        private var nodes: [RedisNode]?
        private var cursor: UInt64 = 0
        /// What is left of the page, in reverse.
        private var page: [Key] = []

        init(scan: RedisKeyScan<Key>) {
            self.scan = scan
        }

        /// The next key, or `nil` after the last.
        ///
        /// - Throws: the codes of `RedisError`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(RedisError) -> Key? {
            if self.nodes == nil {
                self.nodes = try await self.scan.client.route.masters(deadline: self.scan.client.resolve(nil))
            }
            while true {
                if let key = self.page.popLast() { return key }
                guard let node = self.nodes?.last else { return nil }
                let page = try await Self.page(self.cursor, of: node, self.scan)
                self.page = page.elements.reversed()
                self.cursor = page.next
                if page.isLast { self.nodes?.removeLast() }
            }
        }

        private static func page(
            _ cursor: UInt64,
            of node: RedisNode,
            _ scan: RedisKeyScan<Key>
        ) async throws(RedisError) -> RedisScanPage<Key> {
            let deadline = scan.client.resolve(nil)
            let pattern = scan.pattern
            let command = RedisCommand.scan(cursor, match: pattern, type: scan.type, count: scan.count).raw
            while true {
                do throws(RedisError) {
                    return try RedisScanPage(reply: try await node.perform(command, deadline: deadline))
                } catch {
                    // A cursor holds no state of the server's, so a page may be asked for again.
                    guard error.code == .connectionLost, !deadline.hasPassed else { throw error }
                }
            }
        }
    }
}

import Foundation
import Glibc
import Synchronization

/// Ports for servers that tests start.
///
/// They lie below those that the system gives to outgoing connections, so that a server which is killed finds its port
/// free when it starts again. `TEST_PORT_RANGE=20000-20099` sets another range.
public enum TestPorts {
    /// No port of the range is free.
    public struct Exhausted: Error, Sendable {
        /// The ports that were tried.
        public let range: ClosedRange<Int>
    }

    private static let range: ClosedRange<Int> = {
        let text = ProcessInfo.processInfo.environment["TEST_PORT_RANGE"] ?? ""
        let bounds = text.split(separator: "-").compactMap { Int($0) }
        guard bounds.count == 2, bounds[0] > 0, bounds[0] <= bounds[1], bounds[1] < 65_536 else {
            return 20_000...22_699
        }
        return bounds[0]...bounds[1]
    }()

    /// Ports of servers that run or may be started again.
    private static let taken = Mutex<Set<Int>>([])

    /// A port on which nobody listens and that this process does not give out again before `release`.
    ///
    /// - Parameter offset: when given, this much higher nobody listens either.
    /// - Returns: the port.
    /// - Throws: `Exhausted`.
    public static func take(alsoFreeAt offset: Int? = nil) throws(Exhausted) -> Int {
        let port = self.taken.withLock { taken in
            let found = self.range.shuffled().first { port in
                !taken.contains(port) && self.isFree(port) && (offset.map { self.isFree(port + $0) } ?? true)
            }
            if let found { taken.insert(found) }
            return found
        }
        guard let port else { throw Exhausted(range: self.range) }
        return port
    }

    /// Gives a port back.
    public static func release(_ port: Int) {
        self.taken.withLock { _ = $0.remove(port) }
    }

    private static func isFree(_ port: Int) -> Bool {
        guard (1...65_535).contains(port), let listener = try? LoopbackSocket.listen(on: port, backlog: 1) else {
            return false
        }
        close(listener)
        return true
    }
}

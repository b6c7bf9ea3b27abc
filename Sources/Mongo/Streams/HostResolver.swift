import Glibc
import ServerRuntime
import Synchronization

/// Looks up host names within a limit of time.
///
/// The system's resolver blocks as long as it likes. So it runs on a thread of its own, one for each name at a time, and
/// whoever wants the name waits for it no longer than allowed; a late answer serves the next one who asks.
final class HostResolver: Sendable {
    private struct Entry {
        var isRunning = false
        var addresses: [SocketAddress] = []
        var failure: String?
        var answers: UInt64 = 0
    }

    static let shared = HostResolver()

    private let entries = Mutex<[String: Entry]>([:])
    private let answered = ThreadSignal()

    /// The addresses of a host, in the order in which to try them.
    ///
    /// Blocks until `limit`.
    ///
    /// - Throws: `.network` with the resolver's words; `.timeout`.
    func addresses(
        host: String,
        port: UInt16,
        family: Int32,
        until limit: MonotonicTime
    ) throws(MongoError)
        -> [SocketAddress]
    {
        if let numeric = try? Self.lookUp(host, port, family, flags: AI_NUMERICHOST) { return numeric }
        let key = "\(host):\(port)/\(family)"
        let before = self.entries.withLock { $0[key]?.answers ?? 0 }
        self.start(key, host, port, family)
        while true {
            let count = self.answered.count
            let entry = self.entries.withLock { $0[key] ?? Entry() }
            if entry.answers > before {
                if let failure = entry.failure { throw MongoError(.network, failure) }
                return entry.addresses
            }
            let left = limit.nanoseconds(since: .now)
            guard left > 0 else { throw MongoError(.timeout, "host \(host) was not looked up in time") }
            self.answered.wait(past: count, until: .after(.nanoseconds(left)))
        }
    }

    private func start(_ key: String, _ host: String, _ port: UInt16, _ family: Int32) {
        let isMine = self.entries.withLock { entries in
            guard entries[key]?.isRunning != true else { return false }
            entries[key, default: Entry()].isRunning = true
            return true
        }
        guard isMine else { return }
        let isStarted = MongoThread.start(name: "mongo-dns") {
            do throws(MongoError) {
                self.answer(key, .success(try Self.lookUp(host, port, family, flags: 0)))
            } catch {
                self.answer(key, .failure(error))
            }
        }
        if !isStarted {
            self.answer(key, .failure(MongoError(.network, "host \(host): the system has no thread left")))
        }
    }

    private func answer(_ key: String, _ result: Result<[SocketAddress], MongoError>) {
        self.entries.withLock { entries in
            var entry = entries[key] ?? Entry()
            entry.isRunning = false
            entry.answers += 1
            switch result {
            case .success(let addresses): (entry.addresses, entry.failure) = (addresses, nil)
            case .failure(let error): (entry.addresses, entry.failure) = ([], error.message)
            }
            entries[key] = entry
        }
        self.answered.signal()
    }

    private static func lookUp(
        _ host: String,
        _ port: UInt16,
        _ family: Int32,
        flags: Int32
    ) throws(MongoError)
        -> [SocketAddress]
    {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, "\(port)", &hints, &list)
        guard failure == 0 else {
            throw MongoError(.network, "host \(host) is unknown: \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                let (family, length) = (entry.pointee.ai_family, entry.pointee.ai_addrlen)
                addresses.append(SocketAddress(family: family, copying: address, length: length))
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}

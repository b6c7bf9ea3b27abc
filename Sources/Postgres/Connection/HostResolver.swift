import CPq
import Glibc

/// Turns host names into addresses ahead of libpq, which would look them up with a blocking call.
enum HostResolver {
    /// The hosts with all their addresses, in order; `nil` when a name has to be looked up.
    static func withoutLookup(_ hosts: [PostgresHost]) -> [ResolvedHost]? {
        var resolved: [ResolvedHost] = []
        for host in hosts {
            guard let address = self.address(host.name) else { return nil }
            resolved.append(ResolvedHost(host: host, address: address))
        }
        return resolved
    }

    /// As above, looking up names.
    ///
    /// Blocks as long as the system's resolver does. A host that is unknown is left out as long as another one is known.
    ///
    /// - Throws: `.connectionFailed` when no host is known.
    static func resolve(_ hosts: [PostgresHost]) throws(PostgresError) -> [ResolvedHost] {
        var resolved: [ResolvedHost] = []
        var failure: PostgresError?
        for host in hosts {
            if let address = self.address(host.name) {
                resolved.append(ResolvedHost(host: host, address: address))
                continue
            }
            do throws(PostgresError) {
                resolved += try self.addresses(of: host.name).map { ResolvedHost(host: host, address: $0) }
            } catch {
                failure = error
            }
        }
        guard !resolved.isEmpty else { throw failure ?? PostgresError(.connectionFailed, "there is no host") }
        return resolved
    }

    /// What libpq takes for `host` without looking it up: nothing for the folder of a Unix socket, or the numeric address.
    private static func address(_ host: String) -> String? {
        if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return "" }
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1 ? host : nil
    }

    private static func addresses(of host: String) throws(PostgresError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, nil, &hints, &list)
        guard failure == 0 else {
            throw PostgresError(.connectionFailed, "host \(host) is unknown: \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let info = entry.pointee
            if getnameinfo(info.ai_addr, info.ai_addrlen, &name, UInt32(name.count), nil, 0, NI_NUMERICHOST) == 0 {
                let text = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                addresses.append(String(decoding: text, as: UTF8.self))
            }
            next = info.ai_next
        }
        return addresses
    }
}

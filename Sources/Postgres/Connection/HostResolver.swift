import CPq
import Glibc

/// Turns host names into addresses ahead of libpq, which would look them up with a blocking call.
enum HostResolver {
    /// The addresses of `host` in numeric form.
    ///
    /// Blocks as long as the system's resolver does.
    ///
    /// - Throws: `.connectionFailed` when the name is unknown.
    static func addresses(of host: String) throws(PostgresError) -> [String] {
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

    /// Whether libpq takes `host` without looking it up: the folder of a Unix socket or a numeric address.
    static func needsNoLookup(_ host: String) -> Bool {
        if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return true }
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
    }
}

import Glibc

/// A resolved TCP address.
struct SocketAddress: Sendable, Equatable {
    let family: Int32
    /// The bytes of the `sockaddr`.
    let bytes: [UInt8]

    /// Resolves `host`; blocks as long as the system's resolver does, unless `isNumeric`.
    ///
    /// - Parameters:
    ///   - host: a name or an address.
    ///   - port: the TCP port.
    ///   - isNumeric: whether only addresses are accepted, which asks no server.
    /// - Returns: at least one address.
    /// - Throws: `.connectionLost`.
    static func resolve(host: String, port: Int, isNumeric: Bool) throws(RedisError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : AI_ADDRCONFIG)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw RedisError(.connectionLost, "cannot resolve \(host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                let raw = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                addresses.append(SocketAddress(family: entry.ai_family, bytes: Array(raw)))
            }
            next = entry.ai_next
        }
        guard !addresses.isEmpty else { throw RedisError(.connectionLost, "no address for \(host)") }
        return addresses
    }
}

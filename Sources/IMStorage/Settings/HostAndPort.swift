import ServerRuntime

/// An address of the form `host:port`; an IPv6 address stands in brackets.
struct HostAndPort: Sendable, Hashable {
    let host: String
    let port: Int

    init?(_ text: String) {
        guard let separator = text.lastIndex(of: ":"), let port = Int(text[text.index(after: separator)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<separator]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The first address of the list at `key`.
    static func read(_ section: ConfigurationSection, _ key: String, default fallback: String) -> HostAndPort {
        let text = section.strings(key, default: [fallback]).first ?? fallback
        return self.parse(text, section, key)
    }

    /// All addresses of the list at `key`.
    static func readAll(_ section: ConfigurationSection, _ key: String, default fallback: [String]) -> [HostAndPort] {
        section.strings(key, default: fallback).map { self.parse($0, section, key) }
    }

    private static func parse(_ text: String, _ section: ConfigurationSection, _ key: String) -> HostAndPort {
        if let address = HostAndPort(text) { return address }
        section.note(key, "must be host:port, got \"\(text)\"")
        return HostAndPort(host: "127.0.0.1", port: 1)
    }
}

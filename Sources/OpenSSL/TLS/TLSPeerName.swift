import Glibc

/// The host that a session expects at the other end.
enum TLSPeerName: Equatable {
    /// A DNS name, without a final dot.
    case dns(String)
    /// An IP address: its 4 or 16 bytes, and its text.
    case address([UInt8], String)

    /// The longest name that the server name extension takes (RFC 1035, section 2.3.4).
    private static let utf8CountMax = 255

    /// Tells a name from an address.
    ///
    /// - Parameter host: a DNS name in ASCII, an IPv4 address, or an IPv6 address with or without brackets and zone.
    /// - Throws: `.invalidConfiguration` for anything else.
    init(_ host: String) throws(OpenSSLError) {
        var text = Substring(host)
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        // The zone of a link-local address says which interface to use here, and is in no certificate.
        let address = String(text.prefix { $0 != "%" })
        if let bytes = Self.bytes(ofAddress: address) {
            self = .address(bytes, address)
            return
        }
        // C would take a name for ended at a zero byte, and check another name than the one that is written.
        let isASCII = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        if text.hasSuffix(".") { text = text.dropLast() }
        guard isASCII, !text.isEmpty, text.utf8.count <= Self.utf8CountMax else {
            throw OpenSSLError(.invalidConfiguration, "the server name is neither an ASCII host name nor an IP address")
        }
        self = .dns(String(text))
    }

    /// How a message names it.
    var text: String {
        switch self {
        case .dns(let name): name
        case .address(_, let text): text
        }
    }

    private static func bytes(ofAddress text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}

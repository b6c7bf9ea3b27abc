import COpenSSL
import Glibc

extension OpenSSLError {
    /// An entry of OpenSSL's error queue.
    private struct Entry {
        let library: Int32
        let reason: Int32
        let text: String

        /// - Parameters:
        ///   - number: the packed error.
        ///   - data: what OpenSSL adds, names of files and types; it does not put keys or passphrases there.
        init(_ number: UInt, data: UnsafePointer<CChar>?) {
            self.library = ERR_GET_LIB(number)
            self.reason = ERR_GET_REASON(number)
            guard self.library != ERR_LIB_SYS else {
                self.text = String(cString: strerror(self.reason))
                return
            }
            let reason = ERR_reason_error_string(number).map { String(cString: $0) } ?? "error \(number)"
            let detail = data.map { String(cString: $0) } ?? ""
            self.text = detail.isEmpty ? reason : "\(reason) (\(detail))"
        }

        /// Whether it only says that the reason is the entry before it.
        var isWrapper: Bool { self.text.hasSuffix(" lib") }
    }

    /// A setting of `TLSConfiguration` that cannot be used, with OpenSSL's reasons from this thread's error queue.
    static func invalid(_ setting: String) -> OpenSSLError {
        let reasons = self.takeEntries().map(\.text)
        return OpenSSLError(.invalidConfiguration, ([setting] + reasons).joined(separator: ": "))
    }

    /// Why a TLS session failed, from this thread's error queue, which is then empty.
    ///
    /// - Parameters:
    ///   - session: the `SSL`, right after the call that failed.
    ///   - isHandshaking: whether the handshake was not finished.
    ///   - peer: whom the certificate should have been for.
    /// - Returns: the error, in words for people.
    static func failure(of session: OpaquePointer, isHandshaking: Bool, peer: TLSPeerName) -> OpenSSLError {
        let entries = self.takeEntries()
        let isSSL = { (entry: Entry, reason: Int32) in entry.library == ERR_LIB_SSL && entry.reason == reason }
        if entries.contains(where: { isSSL($0, SSL_R_CERTIFICATE_VERIFY_FAILED) }) {
            return self.rejection(SSL_get_verify_result(session), peer: peer)
        }
        // What peers send as an alert has a reason of its own: the alert's number and an offset.
        if let alert = entries.first(where: {
            $0.library == ERR_LIB_SSL && ($0.reason >= SSL_AD_REASON_OFFSET && $0.reason < SSL_AD_REASON_OFFSET + 256)
        }) {
            let number = alert.reason - SSL_AD_REASON_OFFSET
            return OpenSSLError(.peerAlert, "the peer ended the TLS session with alert \(number): \(alert.text)")
        }
        let code: Code = isHandshaking ? .handshakeFailed : .protocolViolation
        let reasons = entries.isEmpty ? "no reason given" : entries.map(\.text).joined(separator: "; ")
        let isOtherProtocol = entries.contains { isSSL($0, SSL_R_WRONG_VERSION_NUMBER) }
        let hint = isHandshaking && isOtherProtocol ? " (does the peer speak TLS on this port?)" : ""
        return OpenSSLError(code, "\(isHandshaking ? "TLS handshake" : "TLS"): \(reasons)\(hint)")
    }

    private static func rejection(_ result: Int, peer: TLSPeerName) -> OpenSSLError {
        let code = Int32(clamping: result)
        if code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH {
            return OpenSSLError(
                .certificateRejected,
                "certificate verify failed: certificate is not valid for host \(peer.text)"
            )
        }
        let reason = X509_verify_cert_error_string(result).map { String(cString: $0) } ?? "error \(result)"
        return OpenSSLError(.certificateRejected, "certificate verify failed: \(reason)")
    }

    /// The entries of this thread's error queue that say something, oldest first; empties it.
    private static func takeEntries() -> [Entry] {
        var entries: [Entry] = []
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        while case let number = ERR_get_error_all(nil, nil, nil, &data, &flags), number != 0 {
            let entry = Entry(number, data: flags & ERR_TXT_STRING != 0 ? data : nil)
            if !entry.isWrapper, !entries.contains(where: { $0.text == entry.text }) { entries.append(entry) }
        }
        return entries
    }
}

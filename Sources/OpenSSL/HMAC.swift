import COpenSSL

/// A message authentication code with one key (RFC 2104), usable by all threads.
///
/// The key is set up once; each code then costs a copy of the prepared state. Keep one value per key.
public final class HMAC: Sendable {
    /// Unchecked: after `init` the prepared context is only read, by `EVP_MAC_CTX_dup`.
    private struct Prepared: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private let prepared: Prepared
    private let byteCount: Int

    /// Prepares the key.
    ///
    /// - Parameters:
    ///   - algorithm: the hash function.
    ///   - key: any number of bytes.
    /// - Throws: `.unavailableAlgorithm` or `.operationFailed`.
    public init(_ algorithm: DigestAlgorithm, key: [UInt8]) throws(OpenSSLError) {
        guard let mac = EVP_MAC_fetch(nil, "HMAC", nil) else {
            throw OpenSSLError(.unavailableAlgorithm, call: "EVP_MAC_fetch")
        }
        defer { EVP_MAC_free(mac) }
        guard let context = EVP_MAC_CTX_new(mac) else {
            throw OpenSSLError(.operationFailed, call: "EVP_MAC_CTX_new")
        }
        self.prepared = Prepared(raw: context)
        self.byteCount = algorithm.byteCount
        let code = Self.setKey(key, algorithm, of: context)
        guard code == 1 else { throw OpenSSLError(.operationFailed, call: "EVP_MAC_init \(algorithm)") }
    }

    private static func setKey(_ key: [UInt8], _ algorithm: DigestAlgorithm, of context: OpaquePointer) -> Int32 {
        // `OSSL_PARAM` keeps the pointers to both texts, so they must live until `EVP_MAC_init` has returned.
        OSSL_MAC_PARAM_DIGEST.withCString { parameter in
            var name = Array(algorithm.description.utf8CString)
            return name.withUnsafeMutableBufferPointer { name in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(parameter, name.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                // An empty key must still be a key: a NULL pointer would mean none.
                let bytes = key.isEmpty ? [0] : key
                return EVP_MAC_init(context, bytes, key.count, parameters)
            }
        }
    }

    deinit {
        EVP_MAC_CTX_free(self.prepared.raw)
    }

    /// The code of `message`.
    public func code(for message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard let context = EVP_MAC_CTX_dup(self.prepared.raw) else {
            throw OpenSSLError(.operationFailed, call: "EVP_MAC_CTX_dup")
        }
        defer { EVP_MAC_CTX_free(context) }
        var code = [UInt8](repeating: 0, count: self.byteCount)
        var length = 0
        guard
            EVP_MAC_update(context, message, message.count) == 1,
            EVP_MAC_final(context, &code, &length, code.count) == 1,
            length == code.count
        else {
            throw OpenSSLError(.operationFailed, call: "EVP_MAC_final")
        }
        return code
    }

    /// Whether `code` is the code of `message`; takes the same time wherever they differ.
    public func isValid(_ code: [UInt8], for message: [UInt8]) throws(OpenSSLError) -> Bool {
        ConstantTime.areEqual(try self.code(for: message), code)
    }
}

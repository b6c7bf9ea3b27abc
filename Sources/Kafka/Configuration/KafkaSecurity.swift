/// How the connection to a broker is protected: SASL, TLS, both, or neither.
public struct KafkaSecurity: Sendable, Hashable {
    /// User name and password, or `nil` for none.
    public var sasl: KafkaSASL?
    /// TLS, or `nil` for a plain connection.
    public var tls: KafkaTLS?

    /// Neither SASL nor TLS.
    public static let plaintext = KafkaSecurity()

    /// Creates the settings.
    public init(sasl: KafkaSASL? = nil, tls: KafkaTLS? = nil) {
        self.sasl = sasl
        self.tls = tls
    }

    var properties: [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        switch (self.sasl, self.tls) {
        // Left to librdkafka, whose default is plain, so that mechanisms without a setting can be passed through.
        case (nil, nil): break
        case (nil, .some): result.append(("security.protocol", "ssl"))
        case (.some, nil): result.append(("security.protocol", "sasl_plaintext"))
        case (.some, .some): result.append(("security.protocol", "sasl_ssl"))
        }
        if let sasl {
            result.append(("sasl.mechanism", sasl.mechanism.rawValue))
            result.append(("sasl.username", sasl.username))
            result.append(("sasl.password", sasl.password))
        }
        guard let tls else { return result }
        if let path = tls.caFile { result.append(("ssl.ca.location", path)) }
        if let path = tls.certificateFile { result.append(("ssl.certificate.location", path)) }
        if let path = tls.keyFile { result.append(("ssl.key.location", path)) }
        if let password = tls.keyPassword { result.append(("ssl.key.password", password)) }
        if tls.insecureSkipVerify { result.append(("enable.ssl.certificate.verification", "false")) }
        return result
    }
}

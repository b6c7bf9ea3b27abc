/// Which mechanism a client wants to authenticate with.
enum SaslHandshakeAPI: BrokerAPI {
    static let key = APIKey.saslHandshake

    struct Request: WireValue, Equatable {
        var mechanism = ""

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.mechanism)
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        /// What the broker offers.
        var mechanisms: [String] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.array(&self.mechanisms)
        }
    }
}

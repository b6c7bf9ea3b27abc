import NIOCore

/// A message of the mechanism, from the client and back.
enum SaslAuthenticateAPI: BrokerAPI {
    static let key = APIKey.saslAuthenticate

    struct Request: WireValue, Equatable {
        var bytes = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.bytes(&self.bytes)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var message: String?
        var bytes = ByteBuffer()
        /// When the client has to authenticate again: 0 for never.
        var lifetimeMilliseconds: Int64 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.nullableString(&self.message)
            try coder.bytes(&self.bytes)
            if coder.version >= 1 { try coder.int64(&self.lifetimeMilliseconds) }
            try coder.tags()
        }
    }
}

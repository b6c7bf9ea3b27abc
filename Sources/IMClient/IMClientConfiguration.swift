package import IMProtocol

/// Where and as whom a client connects.
package struct IMClientConfiguration: Sendable {
    /// The gateway's host name or address.
    package var host: String
    /// The gateway's TCP port.
    package var port: Int
    /// The user that connects.
    package var userID: String
    /// The user's login token for the platform.
    package var token: String
    /// The platform's number.
    package var platformID: Int32
    /// The trace id of the connection attempt.
    package var operationID = "im-client"
    /// How envelopes are written.
    package var encoding = EnvelopeEncoding.gob
    /// Whether frames are compressed, in both directions.
    package var isCompressed = true
    /// Whether to ask for the confirmation frame, and for refusals as a frame.
    package var wantsResponse = false
    /// The most time from TCP connect to the end of the handshake.
    package var connectTimeout = Duration.seconds(10)
    /// The most time from a request to its reply.
    package var requestTimeout = Duration.seconds(10)
    /// The time between pings.
    package var pingInterval = Duration.seconds(24)
    /// The most pushes that are kept for a reader; one more drops the oldest, which is counted.
    package var pushesBufferedMax = 1024

    package init(host: String, port: Int, userID: String, token: String, platformID: Int32) {
        self.host = host
        self.port = port
        self.userID = userID
        self.token = token
        self.platformID = platformID
    }

    /// The request target, values percent-encoded.
    var uri: String {
        var query = [
            ("sendID", self.userID), ("token", self.token), ("platformID", String(self.platformID)),
            ("operationID", self.operationID), ("isBackground", "false"),
        ]
        if self.isCompressed { query.append(("compression", "gzip")) }
        if self.encoding != .gob { query.append(("sdkType", self.encoding.rawValue)) }
        if self.wantsResponse { query.append(("isMsgResp", "true")) }
        return "/?" + query.map { "\($0)=\(Self.percentEncoded($1))" }.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986 as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                output += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return output
    }
}

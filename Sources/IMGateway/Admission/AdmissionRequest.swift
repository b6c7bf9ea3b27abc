import IMProtocol

/// What a client asks for when it connects, checked as far as that goes without its token.
struct AdmissionRequest: Sendable, Equatable {
    var userID: String
    var token: String
    var platform: Platform
    var operationID: String
    var isCompressed: Bool
    var encoding: EnvelopeEncoding
    /// Whether the client wants the confirmation frame, and refusals as frames.
    var wantsResponse: Bool

    /// Reads the query of `uri`: ordinary parameters, or the one parameter `v` that holds them all.
    ///
    /// The checks and their order are those of OpenIM v3.8, for the first failure decides the code. Two differences: an
    /// absent `isBackground` is false, and the flag is not looked at further, for every connection starts in the
    /// foreground.
    ///
    /// - Parameters:
    ///   - uri: the request target.
    ///   - compressionHeader: the request header `compression`, which counts when the query has no such value.
    /// - Throws: 1602, or 500 for a bad `isBackground`.
    init(uri: String, compressionHeader: String?) throws(IMError) {
        let query = QueryParameters(uri: uri)
        let packed = query["v"]
        let raw = packed.isEmpty ? try RawAdmission(query) : try RawAdmission(packed: packed)
        for (name, value) in [("operationID", raw.operationID), ("token", raw.token), ("sendID", raw.userID)] {
            guard !value.isEmpty else { throw IMError(.connectionArguments, "\(name) is empty") }
        }
        guard let number = Int32(exactly: raw.platformID), let platform = Platform(rawValue: number) else {
            throw IMError(.connectionArguments, "platformID is invalid")
        }
        guard let encoding = raw.sdkType.isEmpty ? .gob : EnvelopeEncoding(rawValue: raw.sdkType) else {
            throw IMError(.connectionArguments, "sdkType is invalid")
        }
        self.userID = raw.userID
        self.token = raw.token
        self.platform = platform
        self.operationID = raw.operationID
        self.isCompressed = (raw.compression.isEmpty ? compressionHeader : raw.compression) == "gzip"
        self.encoding = encoding
        self.wantsResponse = raw.wantsResponse
    }
}

import IMProtocol

/// The parameters of a connection attempt as they came, of either form.
struct RawAdmission {
    var userID = ""
    var token = ""
    var platformID = 0
    var operationID = ""
    var compression = ""
    var sdkType = ""
    var wantsResponse = false

    /// Reads ordinary query parameters.
    ///
    /// - Throws: 1602 for a bad `platformID` or `isMsgResp`, 500 for a bad `isBackground`, in this order.
    init(_ query: QueryParameters) throws(IMError) {
        guard let platformID = Int(query["platformID"]) else {
            throw IMError(.connectionArguments, "platformID is not int")
        }
        self.platformID = platformID
        guard let wantsResponse = Self.boolean(query["isMsgResp"]) else {
            throw IMError(.connectionArguments, "isMsgResp is not bool")
        }
        self.wantsResponse = wantsResponse
        guard Self.boolean(query["isBackground"]) != nil else {
            throw IMError(.serverInternal, "isBackground: invalid syntax")
        }
        self.userID = query["sendID"]
        self.token = query["token"]
        self.operationID = query["operationID"]
        self.compression = query["compression"]
        self.sdkType = query["sdkType"]
    }

    /// Reads unpadded base64url of a JSON object.
    ///
    /// - Throws: 1602.
    init(packed: String) throws(IMError) {
        guard let json = Base64.decode(urlSafeUnpadded: packed) else {
            throw IMError(.connectionArguments, "data is not base64")
        }
        do {
            try json.span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
                var reader = EnvelopeJSONReader(bytes)
                try reader.readDocument { (key, reader) throws(EnvelopeError) in
                    try self.read(key, &reader)
                }
            }
        } catch {
            throw IMError(.connectionArguments, "data is not json, info=\(error.message)")
        }
    }

    private mutating func read(_ key: String, _ reader: inout EnvelopeJSONReader) throws(EnvelopeError) {
        switch key {
        case "token": self.token = try reader.readString() ?? self.token
        case "userid": self.userID = try reader.readString() ?? self.userID
        case "platformid": self.platformID = try reader.readInt32().map { Int($0) } ?? self.platformID
        case "operationid": self.operationID = try reader.readString() ?? self.operationID
        case "compression": self.compression = try reader.readString() ?? self.compression
        case "sdktype": self.sdkType = try reader.readString() ?? self.sdkType
        case "sendresponse": self.wantsResponse = try reader.readBool() ?? self.wantsResponse
        case "background": _ = try reader.readBool()
        default: try reader.skipValue()
        }
    }

    /// A boolean literal as Go parses it; empty is false, anything else nil.
    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": true
        case "", "0", "f", "F", "FALSE", "false", "False": false
        default: nil
        }
    }
}

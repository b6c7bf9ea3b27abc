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
        do throws(EnvelopeError) {
            let fields = try JSONFields(parsing: json)
            self.token = try fields.string("token")
            self.userID = try fields.string("userID")
            self.platformID = Int(try fields.int32("platformID"))
            self.operationID = try fields.string("operationID")
            self.compression = try fields.string("compression")
            self.sdkType = try fields.string("sdkType")
            self.wantsResponse = try fields.bool("sendResponse")
            _ = try fields.bool("background")
        } catch {
            throw IMError(.connectionArguments, "data is not json, info=\(error.message)")
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

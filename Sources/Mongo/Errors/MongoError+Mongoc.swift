import CMongoc

extension MongoError {
    /// The error for a failed call of libmongoc.
    ///
    /// - Parameters:
    ///   - error: what libmongoc filled in, with error API version 2.
    ///   - reply: the server's reply, if there is one.
    ///   - isWrite: whether the call changes data, so that a lost answer leaves its outcome open.
    init(_ error: bson_error_t, reply: BSONDocument? = nil, isWrite: Bool) {
        let labels: [String]? = try? reply?.decode("errorLabels")
        let message = Self.withoutValues(Self.text(of: error))
        let serverCode = Int32(bitPattern: error.code)
        switch error.domain {
        case MONGOC_ERROR_SERVER.rawValue:
            let code = Code(serverCode: serverCode)
            self.init(code, message, serverCode: serverCode)
            // maxTimeMS may strike between the change and its confirmation.
            self.mayHaveBeenApplied = isWrite && (code == .timeout || code == .notPrimary)
        case MONGOC_ERROR_WRITE_CONCERN.rawValue:
            self.init(.writeConcern, message, serverCode: serverCode, mayHaveBeenApplied: true)
        case MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_PROTOCOL.rawValue:
            self.init(.network, message, mayHaveBeenApplied: isWrite)
        case MONGOC_ERROR_SERVER_SELECTION.rawValue:
            let isRefusal = message.contains("Authentication failed")
            self.init(isRefusal ? .authenticationFailed : .serverSelection, message)
        case MONGOC_ERROR_SASL.rawValue, MONGOC_ERROR_SCRAM.rawValue:
            self.init(.authenticationFailed, message)
        case MONGOC_ERROR_CLIENT.rawValue:
            let isRefusal = error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue
            self.init(isRefusal ? .authenticationFailed : .invalidArgument, message)
        case MONGOC_ERROR_QUERY.rawValue:
            self.init(Code(serverCode: serverCode), message, serverCode: serverCode)
        default:
            self.init(.invalidArgument, message)
        }
        self.labels = labels ?? []
    }

    private static func text(of error: bson_error_t) -> String {
        withUnsafeBytes(of: error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// A message up to where the server begins to quote keys or documents, as in `… dup key: { name: "Ann" }`.
    static func withoutValues(_ message: String) -> String {
        var end = message.firstIndex(of: "{") ?? message.endIndex
        if let key = message.firstRange(of: "dup key:") {
            end = min(end, key.lowerBound)
        }
        return message[..<end].split(separator: " ").joined(separator: " ")
    }
}

extension MongoError.Code {
    /// The code for the server's number (MongoDB's `error_codes.yml`).
    init(serverCode: Int32) {
        switch serverCode {
        case 11000, 11001, 12582: self = .duplicateKey
        case 50, 262: self = .timeout
        case 91, 189, 10107, 11600, 11602, 13435, 13436: self = .notPrimary
        case 6, 7, 89, 9001: self = .network
        case 112: self = .writeConflict
        case 64: self = .writeConcern
        case 18: self = .authenticationFailed
        case 13: self = .unauthorized
        case 43: self = .cursorNotFound
        default: self = .server
        }
    }
}

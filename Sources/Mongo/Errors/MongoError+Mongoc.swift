import CMongoc

extension MongoError {
    /// The error for a failed call of libmongoc.
    ///
    /// - Parameters:
    ///   - error: what libmongoc filled in, with error API version 2.
    ///   - reply: the server's reply, if there is one.
    ///   - isWrite: whether the call changes data, so that a lost answer leaves its outcome open.
    init(_ error: bson_error_t, reply: BSONDocument? = nil, isWrite: Bool) {
        let text = Self.text(of: error)
        let message = Self.withoutValues(text)
        let serverCode = Int32(bitPattern: error.code)
        switch error.domain {
        case MONGOC_ERROR_SERVER.rawValue, MONGOC_ERROR_QUERY.rawValue:
            self.init(server: serverCode, text, Self.writeError(in: reply) ?? reply)
            // maxTimeMS may strike between the change and its confirmation.
            self.mayHaveBeenApplied = isWrite && (self.code == .timeout || self.code == .notPrimary)
        case MONGOC_ERROR_WRITE_CONCERN.rawValue:
            self.init(.writeConcern, message, serverCode: serverCode, mayHaveBeenApplied: true)
        case MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_PROTOCOL.rawValue:
            self.init(.network, message, mayHaveBeenApplied: isWrite)
        case MONGOC_ERROR_SERVER_SELECTION.rawValue:
            let isRefusal = message.contains("Authentication failed")
            self.init(isRefusal ? .authentication : .serverSelection, message)
        case MONGOC_ERROR_SASL.rawValue, MONGOC_ERROR_SCRAM.rawValue:
            self.init(.authentication, message)
        case MONGOC_ERROR_CLIENT.rawValue:
            let isRefusal = error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue
            self.init(isRefusal ? .authentication : .invalidArgument, message)
        default:
            self.init(.invalidArgument, message)
        }
        let labels: [String]? = try? reply?.decode("errorLabels")
        self.labels = labels ?? []
    }

    /// The error that the server gave for one write of several.
    ///
    /// - Parameter writeError: an entry of `writeErrors`.
    init(writeError: BSONDocument) {
        let serverCode = writeError["code"].flatMap { Int32.decode($0) } ?? 0
        let text = writeError["errmsg"].flatMap { String.decode($0) } ?? "no reason given"
        self.init(server: serverCode, text, writeError)
    }

    private init(server serverCode: Int32, _ text: String, _ document: BSONDocument?) {
        self.init(Code(serverCode: serverCode), Self.withoutValues(text), serverCode: serverCode)
        self.serverCodeName = document?["codeName"].flatMap { String.decode($0) }
        if self.code == .duplicateKey {
            self.duplicateKey = MongoDuplicateKey(document, message: text)
        }
    }

    /// The write error that libmongoc reports of a reply: the first one.
    private static func writeError(in reply: BSONDocument?) -> BSONDocument? {
        reply?["writeErrors"].flatMap { [BSONDocument].decode($0) }?.first
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

    /// Hands the error to libmongoc.
    func write(to error: UnsafeMutablePointer<bson_error_t>?, domain: mongoc_error_domain_t, code: mongoc_error_code_t)
    {
        guard let error else { return }
        error.pointee.domain = domain.rawValue
        error.pointee.code = code.rawValue
        withUnsafeMutableBytes(of: &error.pointee.message) { bytes in
            let text = self.message.utf8.prefix(bytes.count - 1)
            bytes.copyBytes(from: text)
            bytes[text.count] = 0
        }
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
        case 18: self = .authentication
        case 13: self = .unauthorized
        case 26, 27: self = .notFound
        case 43: self = .cursorNotFound
        case 225, 251: self = .transactionAborted
        default: self = .server
        }
    }
}

import IMProtocol

extension IMError {
    /// Reads the JSON object with which a gateway answers a connection attempt, and the API every call.
    ///
    /// - Returns: nil when `answer` is no such object; an error with code 0 when it tells of a success.
    init?(answer: [UInt8]) {
        // What is no answer of the server is reported by the caller, who knows what was asked.
        guard let fields = try? JSONFields(parsing: answer), fields["errCode"] != nil,
            let code = try? fields.int32("errCode"),
            let message = try? fields.string("errMsg"),
            let detail = try? fields.string("errDlt")
        else { return nil }
        self.init(.serverInternal, message: message, detail)
        self.code = code
    }

    /// The error of a reply; nil when it is a success.
    init?(reply: ResponseEnvelope) {
        guard reply.errorCode != 0 else { return nil }
        self.init(.serverInternal, message: reply.errorMessage)
        self.code = reply.errorCode
    }
}

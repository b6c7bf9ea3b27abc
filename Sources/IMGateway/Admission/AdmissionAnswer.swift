import IMProtocol

/// The JSON object that tells a client whether it is admitted.
enum AdmissionAnswer {
    /// Clients read the first 1024 bytes of a refusal and parse them.
    private static let bytesMax = 1024

    /// The confirmation of a connection.
    static let confirmation = body(code: 0, message: "", detail: "")

    /// The refusal with `error`; texts that would make it too long are left out, for clients act on the code.
    static func refusal(_ error: IMError) -> [UInt8] {
        for (message, detail) in [(error.message, error.detail), (error.message, "")] {
            let whole = self.body(code: error.code, message: message, detail: detail)
            if whole.count < self.bytesMax { return whole }
        }
        return self.body(code: error.code, message: "", detail: "")
    }

    private static func body(code: Int32, message: String, detail: String) -> [UInt8] {
        JSONValue.object([
            JSONMember("errCode", .integer(code)),
            JSONMember("errMsg", .string(message)),
            JSONMember("errDlt", .string(detail)),
        ]).encoded()
    }
}

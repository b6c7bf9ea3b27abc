internal import IMProtocol

/// The body of /auth/user_register and /auth/user_token, of the server generation before v3.
struct LegacyAuthRequest {
    var secret: String
    var platform: Int32
    var userID: String

    /// Reads and checks the fields that both routes have.
    ///
    /// - Throws: `RequestBodyError` for a value of a wrong type, 1001 for one that breaks a rule.
    init(_ fields: RequestFields) throws {
        self.secret = try Self.text("secret", fields, charactersMax: 32)
        self.platform = try fields.integer("platform")
        self.userID = try Self.text("uid", fields, charactersMax: 64)
        guard !self.secret.isEmpty else { throw IMError(.args, "secret is empty") }
        guard (1...7).contains(self.platform) else { throw IMError(.args, "platform must be within 1 and 7") }
        guard !self.userID.isEmpty else { throw IMError(.args, "uid is empty") }
    }

    /// Reads and checks the fields of the new user.
    ///
    /// The user's name may be empty here but not in the user service, so the id stands in for it. Gender, mobile, birth
    /// and email are checked and not kept: v3 has no place for them, and `ex` is the application's own, which it
    /// expects back as it was sent.
    func user(_ fields: RequestFields) throws -> Openim_Sdkws_UserInfo {
        guard fields["name"] != nil else { throw IMError(.args, "name is required") }
        let name = try Self.text("name", fields, charactersMax: 64)
        var user = Openim_Sdkws_UserInfo()
        user.userID = self.userID
        user.nickname = name.isEmpty ? self.userID : name
        user.faceURL = try fields.string("icon")
        user.ex = try Self.text("ex", fields, charactersMax: 1024)
        guard user.faceURL.utf8.count <= 1024 else { throw IMError(.args, "icon has more than 1024 bytes") }
        let gender = try fields.integer("gender", as: Int32.self)
        guard (0...2).contains(gender) else { throw IMError(.args, "gender must be 0, 1 or 2") }
        _ = try Self.text("mobile", fields, charactersMax: 32)
        _ = try Self.text("birth", fields, charactersMax: 16)
        _ = try Self.text("email", fields, charactersMax: 64)
        return user
    }

    private static func text(_ name: String, _ fields: RequestFields, charactersMax: Int) throws -> String {
        let text = try fields.string(name)
        guard text.unicodeScalars.count <= charactersMax else {
            throw IMError(.args, "\(name) has more than \(charactersMax) characters")
        }
        return text
    }
}

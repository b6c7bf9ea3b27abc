import IMProtocol
import OpenSSL

/// A login token: a JWT signed with HS256 by the server's secret, with the claims of OpenIM v3.8.
///
/// Made and read here instead of by a JWT library, because others meet its bytes: the claims stand in a fixed order, are
/// whole seconds, and the same claims give the same token, which the token store relies on. The signature is OpenSSL's.
struct LoginToken: Sendable, Hashable {
    /// The user.
    let userID: String
    /// The platform that the token was issued for.
    let platformID: Int32
    /// When it ends, in Unix seconds.
    let expiresAt: Int64
    /// When it was issued less 5 s, in Unix seconds.
    let issuedAt: Int64

    private static let header = Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))

    /// The token's text.
    func signed(with key: HMAC) throws -> String {
        let claims = JSONValue.object([
            JSONMember("UserID", .string(self.userID)),
            JSONMember("PlatformID", .integer(self.platformID)),
            JSONMember("exp", .integer(self.expiresAt)),
            JSONMember("iat", .integer(self.issuedAt)),
        ])
        let input = "\(Self.header).\(Base64URL.encode(claims.encoded()))"
        return "\(input).\(Base64URL.encode(try key.code(for: Array(input.utf8))))"
    }

    /// Reads a token and checks its signature and times, in the order of OpenIM: form, signature, expiry, the rest.
    ///
    /// - Throws: `IMError` 1503 when it is no JWT, 1505 for a wrong signature or algorithm or a future `iat`, 1501 when it
    ///   has expired, 1504 when `nbf` lies ahead.
    init(verifying text: String, key: HMAC, now: Int64) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), let claims = Self.json(parts[1]),
            let signature = Base64URL.decode(String(parts[2]))
        else { throw IMError(.tokenMalformed) }
        guard header["alg"] == .string("HS256") else {
            throw IMError(.tokenUnknown, message: "signing method is invalid")
        }
        guard try key.isValid(signature, for: Array("\(parts[0]).\(parts[1])".utf8)) else {
            throw IMError(.tokenUnknown, message: "signature is invalid")
        }
        guard case .string(let userID) = claims["UserID"], let platform = Self.seconds(claims["PlatformID"]),
            let platformID = Int32(exactly: platform), let expiresAt = Self.seconds(claims["exp"])
        else { throw IMError(.tokenMalformed) }
        let issuedAt = Self.seconds(claims["iat"]) ?? 0
        guard now < expiresAt else { throw IMError(.tokenExpired) }
        guard now >= Self.seconds(claims["nbf"]) ?? 0 else { throw IMError(.tokenNotValidYet) }
        guard now >= issuedAt else { throw IMError(.tokenUnknown, message: "token used before issued") }
        self.init(userID: userID, platformID: platformID, expiresAt: expiresAt, issuedAt: issuedAt)
    }

    init(userID: String, platformID: Int32, expiresAt: Int64, issuedAt: Int64) {
        self.userID = userID
        self.platformID = platformID
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
    }

    private static func json(_ part: Substring) -> JSONValue? {
        guard let bytes = Base64URL.decode(String(part)) else { return nil }
        // A part that is no JSON makes the token malformed; the parser's own text would tell nobody anything.
        guard let value = try? JSONValue(parsing: bytes), case .object = value else { return nil }
        return value
    }

    /// A JSON number as whole seconds; libraries may write a fraction.
    private static func seconds(_ value: JSONValue?) -> Int64? {
        guard case .number(let number) = value else { return nil }
        return number.integer() ?? number.double.flatMap { Int64(exactly: $0.rounded(.down)) }
    }
}

import Mongo

/// That a message was revoked, by whom and when.
package struct Revocation: Sendable, Hashable {
    /// The role of the one who revoked it: in a group the role there, else the level as an app manager; 0 for
    /// administrators.
    package var role: Int32
    /// Who revoked it.
    package var userID: String
    /// The nickname of that user.
    package var nickname: String
    /// When, in milliseconds since 1970.
    package var time: Int64

    package init(role: Int32, userID: String, nickname: String, time: Int64) {
        self.role = role
        self.userID = userID
        self.nickname = nickname
        self.time = time
    }
}

extension Revocation {
    /// The form in which it is stored beside the message.
    var document: BSONDocument {
        BSONDocument.build { document in
            document.append("role", self.role)
            document.append("user_id", self.userID)
            document.append("nickname", self.nickname)
            document.append("time", self.time)
        }
    }

    /// The revocation whose fields `reader` is in front of; what is absent is empty.
    static func decode(_ reader: inout BSONReader) throws(MongoError) -> Revocation {
        var revocation = Revocation(role: 0, userID: "", nickname: "", time: 0)
        while try reader.next() {
            if reader.isKey("role") {
                revocation.role = Int32(truncatingIfNeeded: reader.lenientInt64)
            } else if reader.isKey("user_id") {
                revocation.userID = reader.lenientText
            } else if reader.isKey("nickname") {
                revocation.nickname = reader.lenientText
            } else if reader.isKey("time") {
                revocation.time = reader.lenientInt64
            }
        }
        return revocation
    }
}

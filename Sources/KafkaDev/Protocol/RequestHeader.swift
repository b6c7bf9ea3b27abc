import NIOCore

/// What every request begins with.
struct RequestHeader: Equatable, Sendable {
    /// The number of the request; it may be unknown to this broker.
    var key: Int16
    /// The version that the client chose.
    var version: Int16
    /// What the answer repeats.
    var correlationID: Int32
    /// How the client calls itself.
    var clientID: String

    init(key: Int16, version: Int16, correlationID: Int32, clientID: String) {
        self.key = key
        self.version = version
        self.correlationID = correlationID
        self.clientID = clientID
    }

    /// Takes the header off a frame.
    ///
    /// - Parameter frame: a request without its length; its reader index then stands at the body, unless the request is
    ///   unknown or in a version that is not answered.
    /// - Throws: when the bytes are no header.
    init(reading frame: inout ByteBuffer) throws(WireError) {
        guard let (key, version, correlationID) = frame.readMultipleIntegers(as: (Int16, Int16, Int32).self) else {
            throw .truncated
        }
        self.init(key: key, version: version, correlationID: correlationID, clientID: "")
        guard let api = self.api else { return }
        // The name has the old form in all versions; only tagged fields follow in the flexible ones (KIP-482).
        var old = WireReader(frame, version: 0, isFlexible: false)
        var clientID: String?
        try old.nullableString(&clientID)
        self.clientID = clientID ?? ""
        var new = WireReader(old.rest, version: 0, isFlexible: api.isFlexible(version))
        try new.tags()
        frame = new.rest
    }

    /// The request, when this broker answers it in this version.
    var api: APIKey? {
        guard let key = APIKey(rawValue: self.key), key.versions.contains(self.version) else { return nil }
        return key
    }
}

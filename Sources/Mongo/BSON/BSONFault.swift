/// What is wrong with bytes that should be BSON, and where.
struct BSONFault: Error {
    /// The keys on the way to the faulty element, outermost first.
    var path: [String]
    let reason: String

    init(_ reason: String) {
        self.path = []
        self.reason = reason
    }

    func below(_ key: String) -> BSONFault {
        var fault = self
        fault.path.insert(key, at: 0)
        return fault
    }

    var error: MongoError {
        let place = self.path.isEmpty ? "the document" : self.path.joined(separator: ".")
        return MongoError(.invalidDocument, "BSON, at \(place): \(self.reason)")
    }
}

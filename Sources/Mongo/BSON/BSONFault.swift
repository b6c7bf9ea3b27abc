/// Why a document cannot be sent, and where: kept by a builder and by what it built until somebody asks.
///
/// A class, so that a document stays small; it is never changed.
@usableFromInline
final class BSONFault: Error, Sendable {
    /// The place within the document, as in `a.b[3]`; empty for the document itself.
    let path: String
    /// What is wrong; never a value.
    let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The error for callers.
    func error(_ code: MongoError.Code = .invalidDocument) -> MongoError {
        MongoError(code, "\(self.path.isEmpty ? "the document" : self.path): \(self.reason)")
    }

    /// The same fault, seen from a document that has this one at `path`.
    func below(_ path: String) -> BSONFault {
        guard !self.path.isEmpty else { return BSONFault(path: path, reason: self.reason) }
        let separator = self.path.hasPrefix("[") || path.isEmpty ? "" : "."
        return BSONFault(path: path + separator + self.path, reason: self.reason)
    }
}

/// Which version of a document that is found and changed at once is returned.
public enum MongoReturnedDocument: Sendable, Hashable {
    /// As it was before; nothing when an upsert inserted it.
    case before
    /// As it is now.
    case after
}

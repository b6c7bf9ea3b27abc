import Mongo

/// The error of a check; nil when it passes.
func refusal(_ check: () throws -> Void) -> MongoError? {
    do {
        try check()
        return nil
    } catch {
        return error as? MongoError
    }
}

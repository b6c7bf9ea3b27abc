/// Makes the library's error of what encoding and decoding throw.
enum CodingFault {
    /// The error for callers.
    ///
    /// What other code than ours says is left out: `RawRepresentable`, for one, quotes the value.
    static func error(for error: any Error, _ code: MongoError.Code) -> MongoError {
        switch error {
        case let error as MongoError: return error
        case let fault as BSONFault: return fault.error(code)
        case EncodingError.invalidValue(_, let context):
            return self.error(context, "cannot be encoded", code)
        case DecodingError.keyNotFound(let key, let context):
            return self.error(context, "the key \(CodingPath.text(of: [key])) is missing", code)
        case DecodingError.valueNotFound(let type, let context):
            return self.error(context, "holds no \(type)", code)
        case DecodingError.typeMismatch(let type, let context):
            return self.error(context, "does not hold \(type)", code)
        case DecodingError.dataCorrupted(let context):
            return self.error(context, "holds a value that its type refuses", code)
        default:
            return MongoError(code, "the document: \(type(of: error)) was thrown by the coded type")
        }
    }

    private static func error(
        _ context: any CodingContext,
        _ reason: String,
        _ code: MongoError.Code
    ) -> MongoError {
        switch context.underlyingError {
        case let error as MongoError: error
        case let fault as BSONFault: fault.error(code)
        default: BSONFault(path: CodingPath.text(of: context.codingPath), reason: reason).error(code)
        }
    }
}

/// What the contexts of both kinds of coding errors have.
private protocol CodingContext {
    var codingPath: [any CodingKey] { get }
    var underlyingError: (any Error)? { get }
}

extension EncodingError.Context: CodingContext {}
extension DecodingError.Context: CodingContext {}

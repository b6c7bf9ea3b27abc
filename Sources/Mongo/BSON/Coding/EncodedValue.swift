/// What a value has encoded itself as.
enum EncodedValue: BSONBuildable {
    /// A value without anything below it, or one that was a BSON value before.
    case value(BSONValue)
    /// A document.
    case document(BSONDocument)
    /// An array, as the document that its bytes are.
    case array(BSONDocument)

    var bsonType: BSONType {
        switch self {
        case .value(let value): value.bsonType
        case .document: .document
        case .array: .array
        }
    }

    func append(to builder: inout BSONBuilder) {
        switch self {
        case .value(let value): value.append(to: &builder)
        case .document(let document), .array(let document): builder.append(document: document)
        }
    }
}

/// What can be wrong with bytes that should be BSON.
///
/// One byte, so that throwing it costs nothing where documents are read; the place is found out later, from the offset.
@usableFromInline
enum BSONDamage: Error {
    case documentLength
    case documentEnd
    case unknownType
    case keyEnd
    case truncated
    case boolValue
    case stringLength
    case stringEnd
    case binaryLength
    case codeLength
    case codeEnd
    case tooDeep
    case notUTF8

    var reason: String {
        switch self {
        case .documentLength: "the length of a document does not fit its place"
        case .documentEnd: "a document does not end with a zero byte"
        case .unknownType: "the type is unknown"
        case .keyEnd: "the key does not end"
        case .truncated: "the value reaches beyond the document"
        case .boolValue: "a bool is neither 0 nor 1"
        case .stringLength: "the length of a string does not fit its place"
        case .stringEnd: "a string does not end with a zero byte"
        case .binaryLength: "the length of a binary does not fit its place"
        case .codeLength: "the length of code with scope does not fit its parts"
        case .codeEnd: "the code of code with scope does not end with a zero byte"
        case .tooDeep: "more than \(BSONDocument.depthMax) levels below the document"
        case .notUTF8: "a text is not UTF-8"
        }
    }
}

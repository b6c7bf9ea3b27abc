/// What one value of a field is.
enum FieldKind: Sendable, Hashable {
    case scalar(ScalarKind)
    /// A nested message, by its index in the list of all schemas.
    case message(Int)
    /// A message that stands for a nullable scalar: its one field has number 1.
    case wrapper(ScalarKind)
}

/// The scalar types that the messages use; the raw value is the name in the .proto files.
enum ScalarKind: String, Sendable {
    case string
    case bytes
    case bool
    case int32
    case int64
    case uint32
    case uint64
    case double
    case float
    case `enum`

    /// How values of this kind are written in protobuf's binary form.
    var wireType: WireType {
        switch self {
        case .string, .bytes: .lengthDelimited
        case .bool, .int32, .int64, .uint32, .uint64, .enum: .varint
        case .double: .fixed64
        case .float: .fixed32
        }
    }
}

package import SwiftProtobuf

/// JSON of protobuf messages as OpenIM has it: not protobuf's canonical mapping but the rules of Go's encoding/json
/// over the generated structs.
///
/// Field names are those of the .proto files; zero values are written; 64-bit integers are numbers; empty lists, absent
/// messages and empty bytes are null; empty maps are left out and keys of maps are sorted; wrapper messages and optional
/// scalars are the bare value or null. Only messages of this module are known.
package enum ProtoJSON {
    /// The JSON text of `message`.
    ///
    /// - Throws: what SwiftProtobuf's binary encoder throws; `JSONMappingError` for a message of another module and for
    ///   a double that is not finite.
    package static func encode(_ message: some Message) throws -> [UInt8] {
        let binary: [UInt8] = try message.serializedBytes()
        return try Self.json(binary: binary, schema: Self.schema(of: type(of: message)))
    }

    /// Whether messages of `type` have any field; OpenIM answers those without one with no data at all.
    package static func hasFields(_ type: (some Message).Type) -> Bool {
        MessageSchemas.all.schema(named: type.protoMessageName)?.fields.isEmpty == false
    }

    /// The message that `value` describes.
    ///
    /// Names match in any case and of repeated names the last one counts; unknown names are ignored; null means
    /// absent, also for the whole value.
    /// - Throws: the path of the first field that does not fit, and what it should have been. A number in quotes, with
    ///   fraction or exponent, or out of range does not fit an integer.
    package static func decode<M: Message>(
        _ type: M.Type,
        from value: JSONValue
    ) throws(JSONMappingError) -> M {
        let binary = try Self.binary(value, schema: Self.schema(of: type))
        do {
            return try M(serializedBytes: binary)
        } catch {
            throw JSONMappingError(path: "", expected: M.protoMessageName, found: "something it cannot hold")
        }
    }

    /// The JSON text of the message that `binary` holds.
    static func json(binary: [UInt8], schema: MessageSchema) throws(JSONMappingError) -> [UInt8] {
        var encoder = ProtoJSONEncoder(binary)
        try encoder.writeMessage(0..<binary.count, schema)
        return encoder.writer.bytes
    }

    /// The binary form of the message that `value` describes.
    static func binary(_ value: JSONValue, schema: MessageSchema) throws(JSONMappingError) -> [UInt8] {
        if case .null = value { return [] }
        return try ProtoJSONDecoder(path: .root).message(value, schema)
    }

    private static func schema(of type: any Message.Type) throws(JSONMappingError) -> MessageSchema {
        guard let schema = MessageSchemas.all.schema(named: type.protoMessageName) else {
            throw JSONMappingError(path: "", expected: "a message of OpenIM", found: type.protoMessageName)
        }
        return schema
    }
}

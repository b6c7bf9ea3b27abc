internal import IMProtocol
internal import SwiftProtobuf

/// A request's body that is not JSON, has a value of a wrong type, or, on hand-bound routes, misses a field.
struct RequestBodyError: Error, CustomStringConvertible {
    /// What is wrong; names places and fields, never what the body holds.
    var text: String

    var description: String {
        self.text
    }

    /// The JSON value of `body`.
    static func parse(_ body: [UInt8]) throws(RequestBodyError) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw RequestBodyError(text: error.description)
        }
    }

    /// The message that `value` describes; `path` is where the value stands in the body.
    static func decode<M: Message>(
        _ type: M.Type,
        from value: JSONValue,
        at path: String = ""
    ) throws(RequestBodyError) -> M {
        do {
            return try ProtoJSON.decode(type, from: value)
        } catch {
            var error = error
            error.path = [path, error.path].filter { !$0.isEmpty }.joined(separator: ".")
            throw RequestBodyError(text: error.description)
        }
    }
}

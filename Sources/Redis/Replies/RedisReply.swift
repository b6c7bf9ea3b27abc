/// A Swift type that replies of the server decode into.
///
/// Conforming are the integers, `Double`, `Bool`, `String`, `[UInt8]`, optionals, arrays and dictionaries of them,
/// `RedisOK`, `RedisValue`, and a structure for each reply with a shape of its own. A type of the user conforms by one
/// initialiser, mostly in terms of these:
///
///     extension UserID: RedisReply {
///         init(reply: RedisValue) throws(RedisError) { self.init(try String(reply: reply)) }
///     }
public protocol RedisReply: Sendable {
    /// Decodes a reply.
    ///
    /// - Parameter value: the reply.
    /// - Throws: `.server` for an error reply, `.unexpectedReply` when the reply has another type or does not fit.
    init(reply value: RedisValue) throws(RedisError)

    /// Decodes a reply into an array of this type.
    ///
    /// Public only because protocols are: `UInt8` reads a bulk string here, and pairs read an array in which their
    /// halves alternate. Leave it to its default.
    static func _array(reply value: RedisValue) throws(RedisError) -> [Self]
}

extension RedisReply {
    /// Decodes each element of an array.
    @inlinable
    public static func _array(reply value: RedisValue) throws(RedisError) -> [Self] {
        guard case .array(let values) = value else { throw value.mismatch("array") }
        var elements: [Self] = []
        elements.reserveCapacity(values.count)
        for index in values.indices {
            do throws(RedisError) {
                elements.append(try Self(reply: values[index]))
            } catch {
                throw error.inside(index)
            }
        }
        return elements
    }
}

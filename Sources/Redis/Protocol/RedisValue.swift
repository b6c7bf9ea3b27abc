/// A reply of the server, as RESP2 knows it.
public enum RedisValue: Sendable, Hashable {
    /// No value: a missing key or field, a null array.
    case null
    /// An integer.
    case integer(Int64)
    /// A bulk string: any bytes.
    case string([UInt8])
    /// A simple string, as `OK`.
    case status(String)
    /// Several replies.
    case array([RedisValue])
    /// An error reply inside an array or a pipeline. The text begins with its name, as `WRONGTYPE`.
    case error(String)
}

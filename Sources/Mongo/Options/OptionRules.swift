/// The rules for single options, which are checked before anything is sent.
enum OptionRules {
    /// The most that the server takes where it wants a number of 32 bits.
    static let countMax = Int(Int32.max)

    static func notNegative(_ name: StaticString, _ value: Int?) throws(MongoError) {
        guard let value, value < 0 else { return }
        throw MongoError(.invalidArgument, "\(name): must not be negative, got \(value)")
    }

    static func positive(_ name: StaticString, _ value: Int?, max: Int = .max) throws(MongoError) {
        guard let value, !(1...max).contains(value) else { return }
        let range = max == .max ? "at least 1" : "within 1...\(max)"
        throw MongoError(.invalidArgument, "\(name): must be \(range), got \(value)")
    }

    static func positive(_ name: StaticString, _ value: Duration?) throws(MongoError) {
        guard let value, value <= .zero else { return }
        throw MongoError(.invalidArgument, "\(name): must be longer than zero, got \(value)")
    }

    /// - Throws: `.invalidArgument` unless it is whole seconds that the server can count, from zero.
    static func seconds(_ name: StaticString, _ value: Duration?) throws(MongoError) {
        guard let value else { return }
        let (seconds, attoseconds) = value.components
        guard (0...Int64(Int32.max)).contains(seconds), attoseconds == 0 else {
            throw MongoError(.invalidArgument, "\(name): must be whole seconds within 0...\(Int32.max), got \(value)")
        }
    }

    /// - Throws: `.invalidArgument` when the server, or the C library, would take the name for another one.
    static func name(_ name: String, of what: StaticString) throws(MongoError) {
        let bytes = name.utf8
        guard !bytes.isEmpty else { throw MongoError(.invalidArgument, "\(what): must not be empty") }
        guard !bytes.contains(0) else { throw MongoError(.invalidArgument, "\(what): must not hold a zero byte") }
    }

    /// - Throws: `.invalidArgument` for what MongoDB does not take as the name of a collection.
    static func collection(_ name: String) throws(MongoError) {
        try self.name(name, of: "collection name")
        let bytes = name.utf8
        guard !bytes.contains(UInt8(ascii: "$")) else {
            throw MongoError(.invalidArgument, "collection name: must not hold $")
        }
        guard bytes.first != UInt8(ascii: "."), bytes.last != UInt8(ascii: ".") else {
            throw MongoError(.invalidArgument, "collection name: must not begin or end with a dot")
        }
    }

    /// - Throws: `.invalidArgument` for what MongoDB does not take as the name of a database.
    static func database(_ name: String) throws(MongoError) {
        try self.name(name, of: "database name")
        guard name.utf8.count < 64 else {
            throw MongoError(.invalidArgument, "database name: at most 63 bytes are allowed")
        }
        guard !name.utf8.contains(where: { "/\\. \"$".utf8.contains($0) }) else {
            throw MongoError(.invalidArgument, "database name: must not hold any of / \\ . \" $ or a space")
        }
    }
}

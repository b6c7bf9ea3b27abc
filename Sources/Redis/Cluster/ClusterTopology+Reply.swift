/// The reply to `CLUSTER SLOTS`, which all versions know.
///
/// An array with an element for each range: first slot, last slot, the master, its replicas. A node is an array of host,
/// port, since version 4 its id, and since version 7 an array of further names and values.
extension ClusterTopology {
    /// Reads the reply of `node`.
    ///
    /// - Throws: `.server` for an error reply, `.unexpectedReply` for anything that is not as described.
    init(_ reply: RedisValue, from node: RedisEndpoint) throws(RedisError) {
        var ranges: [Range] = []
        for element in try reply.decode(as: [RedisValue].self) {
            let parts = try element.decode(as: [RedisValue].self)
            guard parts.count >= 3 else { throw Self.malformed("a range has \(parts.count) elements") }
            let (first, last) = (try Self.slot(parts[0]), try Self.slot(parts[1]))
            guard first <= last else { throw Self.malformed("a range ends before it begins") }
            // Slots of a master whose address nobody knows are as good as slots without a master.
            guard let master = try Self.endpoint(parts[2], asked: node) else { continue }
            var replicas: [RedisEndpoint] = []
            for part in parts[3...] {
                if let replica = try Self.endpoint(part, asked: node) { replicas.append(replica) }
            }
            replicas.sort { ($0.host, $0.port) < ($1.host, $1.port) }
            ranges.append(Range(slots: first...last, master: master, replicas: replicas))
        }
        try self.init(ranges)
    }

    private static func slot(_ value: RedisValue) throws(RedisError) -> UInt16 {
        let number = try value.decode(as: Int64.self)
        guard let slot = HashSlot(number) else { throw self.malformed("there is no slot \(number)") }
        return slot.number
    }

    /// The address of a node; `nil` where the server does not know it.
    private static func endpoint(_ value: RedisValue, asked: RedisEndpoint) throws(RedisError) -> RedisEndpoint? {
        let parts = try value.decode(as: [RedisValue].self)
        guard parts.count >= 2 else { throw self.malformed("a node has \(parts.count) elements") }
        let port = try parts[1].decode(as: Int64.self)
        guard let port = Int(exactly: port), 0...65_535 ~= port else { throw self.malformed("a port is \(port)") }
        // An integer would decode into text too.
        if case .integer = parts[0] { throw self.malformed("a host is a number") }
        let host = try parts[0].decode(as: String?.self) ?? ""
        // A node that serves no such connections (TLS or not) says 0.
        guard port > 0 else { return nil }
        // No host: the one that was asked. `?`: a host name that is not known, perhaps with an address beside it.
        if host.isEmpty { return RedisEndpoint(host: asked.host, port: port) }
        guard host == "?" else { return RedisEndpoint(host: host, port: port) }
        return self.address(parts).map { RedisEndpoint(host: $0, port: port) }
    }

    /// The address among the further names and values.
    private static func address(_ node: [RedisValue]) -> String? {
        guard node.count >= 4, case .array(let fields) = node[3] else { return nil }
        for index in stride(from: 0, to: fields.count - 1, by: 2) where fields[index] == .string(Array("ip".utf8)) {
            guard case .string(let bytes) = fields[index + 1], !bytes.isEmpty else { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
        return nil
    }

    private static func malformed(_ what: String) -> RedisError {
        RedisError(.unexpectedReply, "CLUSTER SLOTS: \(what)")
    }
}

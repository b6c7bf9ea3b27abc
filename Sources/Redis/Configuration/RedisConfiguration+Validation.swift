extension RedisConfiguration {
    /// Throws `.invalidArgument` with the first setting that cannot be used.
    func validate() throws(RedisError) {
        switch self.topology {
        case .single:
            try Self.check([RedisEndpoint(host: self.host, port: self.port)], "host and port")
        case .sentinel(let sentinels):
            try Self.check(sentinels.endpoints, "the sentinels")
            try Self.expect(!sentinels.masterName.isEmpty, "the sentinels' masterName must not be empty")
        case .cluster(let seeds):
            try Self.check(seeds, "the seeds of the cluster")
            try Self.expect(self.database == 0, "a cluster has only database 0, not \(self.database)")
        }
        try Self.expect(self.database >= 0, "database must not be negative")
        let limits = [
            ("pendingCommandsMax", self.pendingCommandsMax), ("pendingBytesMax", self.pendingBytesMax),
            ("replyBytesMax", self.replyBytesMax), ("sharedConnections", self.sharedConnections),
            ("leasedConnectionsMax", self.leasedConnectionsMax),
        ]
        for (name, value) in limits { try Self.expect(value >= 1, "\(name) must be at least 1, not \(value)") }
        try Self.expect(self.sharedConnections <= 64, "sharedConnections must be at most 64")
        let times = [
            ("connectTimeout", self.connectTimeout), ("commandTimeout", self.commandTimeout),
            ("stallTimeout", self.stallTimeout),
        ]
        for (name, value) in times { try Self.expect(value > .zero, "\(name) must be more than 0") }
        let isWord = self.clientName.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        try Self.expect(isWord, "clientName must have only visible ASCII characters and no spaces")
    }

    private static func check(_ endpoints: [RedisEndpoint], _ what: String) throws(RedisError) {
        try self.expect(!endpoints.isEmpty, "\(what): there must be at least one")
        for endpoint in endpoints {
            try self.expect(!endpoint.host.isEmpty, "\(what): a host is empty")
            try self.expect(1...65_535 ~= endpoint.port, "\(what): a port must be in 1...65535, not \(endpoint.port)")
        }
    }

    private static func expect(_ holds: Bool, _ rule: @autoclosure () -> String) throws(RedisError) {
        guard holds else { throw RedisError(.invalidArgument, "Redis configuration: \(rule())") }
    }
}

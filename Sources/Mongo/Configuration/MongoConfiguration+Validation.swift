import CMongoc
import ServerRuntime

extension MongoConfiguration {
    /// - Throws: `.invalidConfiguration`, which names the option and the rule.
    func validate() throws(MongoError) {
        try require(!self.database.isEmpty, "database", "must not be empty")
        try require(self.database.utf8.count <= 63, "database", "must have at most 63 bytes")
        try require(
            !self.database.utf8.contains { $0 == 0 || "/\\. \"$".utf8.contains($0) },
            "database",
            "must not contain / \\ . \" $ or spaces"
        )
        try require(1...1000 ~= self.connectionsMax, "connectionsMax", "must be within 1...1000")
        try require(1...self.connectionsMax ~= self.threadsMax, "threadsMax", "must be within 1...connectionsMax")
        try require(self.waitersMax >= 0, "waitersMax", "must not be negative")
        try require(self.applicationName.utf8.count <= 128, "applicationName", "must have at most 128 bytes")
        try require(!self.applicationName.utf8.contains(0), "applicationName", "must not contain a null")
        try self.validateDurations()
        try self.tls?.validate()
        try self.credentials?.validate(self.tls)
        try require(self.replicaSet?.isEmpty != true, "replicaSet", "must not be empty")
        try self.validateConcerns()
        _ = try MongocURI.make(self)
    }

    private func validateDurations() throws(MongoError) {
        let durations: [(String, Duration)] = [
            ("connectTimeout", self.connectTimeout), ("serverSelectionTimeout", self.serverSelectionTimeout),
            ("operationTimeout", self.operationTimeout),
        ]
        for (name, duration) in durations {
            try require(.milliseconds(1)...(.seconds(86_400)) ~= duration, name, "must be within 1 ms and a day")
        }
        try require(.zero...(.seconds(3_600)) ~= self.closeGrace, "closeGrace", "must be within 0 and an hour")
        try require(self.slowCommandThreshold >= .zero, "slowCommandThreshold", "must not be negative")
    }

    private func validateConcerns() throws(MongoError) {
        if case .members(let count) = self.writeConcern.acknowledgement {
            try require(1...50 ~= count, "writeConcern", "must ask for 1 to 50 members")
        }
        try require(
            .zero...(.seconds(86_400)) ~= self.writeConcern.timeout,
            "writeConcern.timeout",
            "must be within 0 and a day"
        )
        try require(self.readConcern != .snapshot, "readConcern", "snapshot is for transactions and sessions only")
        do throws(MongoError) {
            try self.readPreference?.check()
        } catch {
            throw MongoError(.invalidConfiguration, error.message)
        }
    }
}

/// - Throws: `.invalidConfiguration` with the option and the rule, unless `isValid`.
func require(_ isValid: Bool, _ option: String, _ rule: String) throws(MongoError) {
    guard isValid else { throw MongoError(.invalidConfiguration, "\(option): \(rule)") }
}

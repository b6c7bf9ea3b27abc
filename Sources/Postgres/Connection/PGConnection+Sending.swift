import CPq

extension PGConnection {
    /// Hands a group of statements to libpq, as far as it goes at once.
    ///
    /// - Returns: `false` when the connection is broken.
    func begin(_ call: PGCall, _ group: StatementGroup) -> Bool {
        var prefixes = 0
        if let prefix = group.prefix {
            guard self.sendPlain(prefix) else { return false }
            prefixes += 1
        }
        var (name, isNew) = (PreparedCache.Name?.none, false)
        if group.isPrepared, !call.isRepeated, self.cache.isEnabled, let (sql, types) = Self.preparable(group) {
            name = self.cache.name(of: sql, types)
            isNew = name == nil
            let statement = name ?? self.cache.insert(sql, types)
            name = statement
            while let forgotten = self.cache.takeForgotten() {
                guard self.sendPlain("DEALLOCATE \(forgotten)") else { return false }
                prefixes += 1
            }
            if isNew {
                let oids = types.map { Oid($0.oid) }
                let code = PQsendPrepare(self.raw, statement, sql, Int32(clamping: oids.count), oids)
                guard code == 1 else { return false }
            }
        }
        let answer = PipelineAnswer(prefixes: prefixes, prepares: isNew, executions: group.count)
        call.progress = PGCall.Progress(answer: answer, statement: name, isNewStatement: isNew)
        self.inFlight.append(call)
        return self.proceed(call, group)
    }

    /// Statements that are handed to libpq at once at most; then answers are read and other connections served.
    private static let sentAtOnceMax = 128

    /// Hands more of the group to libpq, and the sync at its end.
    func proceed(_ call: PGCall, _ group: StatementGroup) -> Bool {
        guard var sentCount = call.progress?.sentCount else { return true }
        let count = group.count
        let name = call.progress?.statement
        let end = min(count, sentCount + Self.sentAtOnceMax)
        while sentCount < end {
            let isSent: Bool
            switch group.body {
            case .one(let query):
                isSent = query.bound.withPQArguments { self.send(query.sql, name, $0) } == 1
            case .several(let queries):
                let query = queries[sentCount]
                isSent = query.bound.withPQArguments { self.send(query.sql, nil, $0) } == 1
            case .repeated(let sql, let sets):
                isSent = sets.withPQArguments(of: sentCount) { self.send(sql, name, $0) } == 1
            }
            guard isSent else { return false }
            sentCount += 1
        }
        call.progress?.sentCount = sentCount
        // Without the sync the server does not flush, but it also does not wait for it to execute.
        guard sentCount == count else { return self.flush() }
        guard PQpipelineSync(self.raw) == 1 else { return false }
        return self.flush()
    }

    /// The last group, if part of it still has to be handed to libpq.
    var unfinishedGroup: (call: PGCall, group: StatementGroup)? {
        guard let call = self.inFlight.last, let progress = call.progress, let group = call.group,
            progress.sentCount < group.count
        else { return nil }
        return (call, group)
    }

    private static func preparable(_ group: StatementGroup) -> (String, [PostgresType])? {
        switch group.body {
        case .one(let query): (query.sql, query.bound.types)
        case .repeated(let sql, let sets): (sql, sets.types)
        case .several: nil
        }
    }

    private func send(_ sql: String, _ name: PreparedCache.Name?, _ values: PostgresParameters.PQArguments) -> Int32 {
        let format = Self.resultFormat
        if let name {
            return PQsendQueryPrepared(
                self.raw,
                name,
                values.count,
                values.values,
                values.lengths,
                values.formats,
                format
            )
        }
        return PQsendQueryParams(
            self.raw,
            sql,
            values.count,
            values.types,
            values.values,
            values.lengths,
            values.formats,
            format
        )
    }

    /// Sends a statement of the driver's own.
    private func sendPlain(_ sql: String) -> Bool {
        PQsendQueryParams(self.raw, sql, 0, nil, nil, nil, nil, Self.resultFormat) == 1
    }

    /// Results are asked for in binary format (1), not as text (0).
    static let resultFormat: Int32 = 1
}

import Tracing

extension RedisClient {
    /// Runs a call inside a span.
    ///
    /// Names and attributes follow OpenTelemetry's conventions for databases; arguments and values are never part of one.
    func traced<Reply: Sendable>(
        _ tracer: any Tracer,
        _ name: String,
        commandCount: Int,
        _ body: () async throws(RedisError) -> Reply
    ) async throws(RedisError) -> Reply {
        let span = tracer.startAnySpan(name, ofKind: .client)
        defer { span.end() }
        span.updateAttributes { attributes in
            attributes["db.system.name"] = "redis"
            attributes["db.operation.name"] = name
            attributes["db.namespace"] = "\(self.configuration.database)"
            if commandCount > 1 { attributes["db.operation.batch.size"] = commandCount }
            if case .single = self.configuration.topology {
                attributes["server.address"] = self.configuration.host
                attributes["server.port"] = self.configuration.port
            }
        }
        do throws(RedisError) {
            let reply = try await body()
            if let error = Self.errorReply(reply) { Self.record(error, in: span) }
            return reply
        } catch {
            Self.record(error, in: span)
            throw error
        }
    }

    /// The error that the reply to a single command is, if so.
    private static func errorReply(_ reply: some Sendable) -> RedisError? {
        switch reply {
        case let value as RedisValue:
            if case .error(let text) = value { .server(text) } else { nil }
        case let replies as [RedisValue]:
            if replies.count == 1, case .error(let text) = replies[0] { .server(text) } else { nil }
        default: nil
        }
    }

    private static func record(_ error: RedisError, in span: any Span) {
        span.recordError(error)
        span.attributes["error.type"] = error.serverErrorName ?? error.code.description
        span.setStatus(SpanStatus(code: .error))
    }
}

/// The commands of one transaction, and what the replies to them mean.
///
/// Pure, no I/O.
struct RedisTransaction {
    /// What is sent: `MULTI`, the commands, `EXEC`.
    let pipeline: [RawCommand]

    private var commands: ArraySlice<RawCommand> { self.pipeline.dropFirst().dropLast() }

    init(_ commands: [RawCommand]) {
        self.pipeline = [RawCommand("MULTI")] + commands + [RawCommand("EXEC")]
    }

    /// The replies to the commands themselves, errors as `.error` elements.
    ///
    /// - Parameter replies: the replies to `pipeline`.
    /// - Returns: one reply for each command.
    /// - Throws: `.server` when the server refused a command (nothing was carried out) or knew of no transaction,
    ///   `.transactionConflict` when a watched key had changed.
    func results(_ replies: [RedisValue]) throws(RedisError) -> [RedisValue] {
        guard replies.count == self.pipeline.count, let begun = replies.first, let executed = replies.last else {
            let text = "\(replies.count) replies for \(self.pipeline.count) commands"
            throw RedisError(.protocolViolation, text, mayHaveBeenApplied: true)
        }
        let queued = replies.dropFirst().dropLast()
        if case .error(let text) = begun { throw self.notBegun(text, queued) }
        switch executed {
        case .array(let results) where results.count == self.commands.count:
            return results
        case .array(let results):
            let text = "\(results.count) results for \(self.commands.count) commands"
            throw RedisError(.protocolViolation, text, mayHaveBeenApplied: true)
        case .null:
            throw RedisError(.transactionConflict, "a watched key changed; nothing was carried out")
        case .error(let text):
            throw self.aborted(text, queued)
        default:
            throw executed.mismatch("array")
        }
    }

    /// Without `MULTI` each command was carried out for itself, unless it was refused too.
    private func notBegun(_ text: String, _ queued: ArraySlice<RedisValue>) -> RedisError {
        var error = RedisError.server(text)
        error.mayHaveBeenApplied = queued.contains {
            guard case .error(let text) = $0 else { return true }
            return RedisServerErrorText.mayHaveBeenApplied(text)
        }
        return error
    }

    /// `EXECABORT` says only that a command was refused; that command's own error says why.
    private func aborted(_ text: String, _ queued: ArraySlice<RedisValue>) -> RedisError {
        var error = RedisError.server(text)
        for (command, reply) in zip(self.commands, queued) {
            guard case .error(let reason) = reply else { continue }
            error.message += " \(command.name) was refused: \(RedisServerErrorText.redacted(reason))"
            error.cause = RedisError.server(reason)
            break
        }
        return error
    }
}

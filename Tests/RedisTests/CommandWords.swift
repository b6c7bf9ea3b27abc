import Testing

@testable import Redis

/// Checks that a command is sent as these words.
func expectWords<Reply>(
    _ command: RedisCommand<Reply>,
    _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(command.raw.words == words, sourceLocation: sourceLocation)
}

extension RedisCommand {
    /// Name and arguments with a space between.
    var words: String {
        let arguments = self.arguments.map { argument in
            switch argument {
            case .string(let text): text
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .integer(let number): String(number)
            }
        }
        return ([self.name] + arguments).joined(separator: " ")
    }
}

/// The bulk string of a text.
func bulk(_ text: String) -> RedisValue { .string(Array(text.utf8)) }

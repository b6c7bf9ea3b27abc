import ServerRuntime
import TestKit

/// A blocking connection that sends one command at a time, written apart from the client under test.
///
/// Call it in `onThread`. Not shared between tasks.
struct RESPConnection {
    /// The bytes are no reply, or the connection ended.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let connection: LoopbackConnection
    private let deadline: Deadline
    private var buffer: [UInt8] = []
    private var position = 0

    /// Connects to `port`; all calls must be done by `deadline`.
    init(port: Int, password: String = "", deadline: Deadline) throws {
        self.connection = try LoopbackConnection(to: port, deadline: deadline)
        self.deadline = deadline
        guard !password.isEmpty else { return }
        if case .error(let text) = try self.send(["AUTH", password]) { throw Failure(description: text) }
    }

    /// Sends `command` and waits for its reply.
    mutating func send(_ command: [String]) throws -> RESPReply {
        var text = "*\(command.count)\r\n"
        for word in command { text += "$\(word.utf8.count)\r\n\(word)\r\n" }
        try self.connection.send(text.utf8, deadline: self.deadline)
        return try self.reply(depth: 0)
    }

    private mutating func reply(depth: Int) throws -> RESPReply {
        let line = try self.line()
        let rest = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"): return .status(rest)
        case UInt8(ascii: "-"): return .error(rest)
        case UInt8(ascii: ":"): return .integer(try self.number(rest))
        case UInt8(ascii: "$"):
            let count = try self.number(rest)
            if count < 0 { return .null }
            while self.buffer.count - self.position < count + 2 { try self.fill() }
            defer { self.position += count + 2 }
            return .bulk(String(decoding: self.buffer[self.position..<self.position + count], as: UTF8.self))
        case UInt8(ascii: "*"):
            let count = try self.number(rest)
            if count < 0 { return .null }
            guard depth < 8 else { throw Failure(description: "an array nested more than 8 times") }
            return .array(try (0..<count).map { _ in try self.reply(depth: depth + 1) })
        default: throw Failure(description: "no reply: \(String(decoding: line.prefix(80), as: UTF8.self))")
        }
    }

    private func number(_ text: String) throws -> Int {
        guard let number = Int(text), number < 1 << 30 else { throw Failure(description: "no number: \(text)") }
        return number
    }

    private mutating func line() throws -> ArraySlice<UInt8> {
        while true {
            if let end = self.buffer[self.position...].firstIndex(of: UInt8(ascii: "\r")), end + 1 < self.buffer.count {
                defer { self.position = end + 2 }
                return self.buffer[self.position..<end]
            }
            try self.fill()
        }
    }

    private mutating func fill() throws {
        self.buffer.removeFirst(self.position)
        self.position = 0
        let bytes = try self.connection.receive(deadline: self.deadline)
        guard !bytes.isEmpty else { throw Failure(description: "the server closed the connection") }
        self.buffer += bytes
    }
}

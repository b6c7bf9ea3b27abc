import IMProtocol
import Logging
import TestKit
import Testing

@testable import Telemetry

@Suite struct LogLineTests {
    private func line(_ message: String, _ metadata: Logger.Metadata = [:], label: String = "test") -> LogLine {
        LogLine(time: "T", level: .warning, label: label, message: message, metadata: metadata)
    }

    @Test func `a JSON line holds time, level, logger, message and metadata in order`() {
        let line = self.line("hello", ["b": "2", "a": .stringConvertible(1)])
        #expect(line.json == #"{"time":"T","level":"WARNING","logger":"test","msg":"hello","a":"1","b":"2"}"# + "\n")
    }

    @Test func `lists and maps of metadata become lists and maps of JSON`() {
        let metadata: Logger.Metadata = [
            "list": .array(["x", .array([]), .dictionary(["k": "v"])]),
            "map": .dictionary(["b": "2", "a": .array(["1", "2"])]),
        ]
        let expected =
            #"{"time":"T","level":"WARNING","logger":"test","msg":"m","#
            + #""list":["x",[],{"k":"v"}],"map":{"a":["1","2"],"b":"2"}}"# + "\n"
        #expect(self.line("m", metadata).json == expected)
    }

    @Test func `a console line holds the same in columns`() {
        let line = self.line("hello", ["b": "2", "a": "1"])
        #expect(line.console == "T WARNING [test] hello a=1 b=2\n")
    }

    @Test(arguments: ["one\ntwo", "one\r\ntwo", "\u{0}", "\u{1b}[31mred", "a\tb"])
    func `text from outside cannot begin a line of its own`(text: String) {
        let line = self.line(text, ["key": "\(text)"])
        for output in [line.json, line.console] {
            let controls = output.unicodeScalars.dropLast().filter { $0.value < 0x20 }
            #expect(controls.isEmpty)
            #expect(output.hasSuffix("\n"))
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `whatever is logged, a JSON line can be read back`(seed: Seed) throws {
        var random = seed.generator()
        let pieces = [
            "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1f}", "\u{7f}", "é", "😀", "\u{2028}", "a", "/", "{", ",",
        ]
        func text() -> String {
            (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
                .joined()
        }
        for _ in 0..<200 {
            let (message, key, value, label) = (text(), "k" + text(), text(), text())
            let line = self.line(
                message,
                [key: .array([.string(value), .dictionary([key: .string(value)])])],
                label: label
            )
            let json = try JSONValue(parsing: line.json)
            #expect(json["msg"] == .string(message), "\(seed)")
            #expect(json["logger"] == .string(label), "\(seed)")
            guard case .object(let members) = json else { continue }
            let nested = JSONValue.object([JSONMember(key, .string(value))])
            #expect(members.last == JSONMember(key, .array([.string(value), nested])), "\(seed)")
        }
    }
}

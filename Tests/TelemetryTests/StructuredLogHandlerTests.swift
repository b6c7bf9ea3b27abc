import Glibc
import IMProtocol
import Logging
import Testing

@testable import Telemetry

@Suite struct StructuredLogHandlerTests {
    private struct Failure: Error, CustomStringConvertible {
        let description = "it broke"
    }

    /// Logs with a handler whose output is a pipe, and returns the lines.
    private func lines(
        _ format: LogFormat = .json,
        level: Logger.Level = .info,
        provider: Logger.MetadataProvider? = nil,
        _ body: (Logger) -> Void
    ) throws -> [String] {
        let text = try OutputPipe.capture { output in
            var handler = StructuredLogHandler(label: "test", format: format, level: level, output: output)
            handler.metadataProvider = provider
            body(Logger(label: "test") { _ in handler })
        }
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `entries below the level are not written`() throws {
        let lines = try self.lines(.console, level: .warning) { logger in
            logger.info("quiet")
            logger.warning("loud")
            logger.critical("louder")
        }
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix("WARNING [test] loud") == true)
        #expect(lines.last?.hasSuffix("CRITICAL [test] louder") == true)
    }

    @Test func `metadata of the call wins over the provider's and that over the logger's`() throws {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        let lines = try self.lines(provider: provider) { logger in
            var logger = logger
            logger[metadataKey: "a"] = "logger"
            logger[metadataKey: "b"] = "logger"
            logger[metadataKey: "c"] = "logger"
            #expect(logger[metadataKey: "c"] == "logger")
            logger.info("m", metadata: ["a": "call"])
        }
        let json = try JSONValue(parsing: try #require(lines.first))
        #expect(json["a"] == .string("call"))
        #expect(json["b"] == .string("provider"))
        #expect(json["c"] == .string("logger"))
        #expect(json["level"] == .string("INFO"))
    }

    @Test func `an error that is passed along becomes metadata`() throws {
        let lines = try self.lines { $0.error("failed", error: Failure()) }
        let json = try JSONValue(parsing: try #require(lines.first))
        #expect(json["error"] == .string("it broke"))
    }
}

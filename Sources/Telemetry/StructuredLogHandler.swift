public import Logging

/// Writes each log entry as one line to a `LogOutput`.
public struct StructuredLogHandler: LogHandler {
    /// The level below which nothing is written.
    public var logLevel: Logger.Level
    /// Metadata that every entry carries.
    public var metadata: Logger.Metadata = [:]
    /// Where more metadata comes from, asked at every entry.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let output: LogOutput

    /// Creates a handler.
    public init(label: String, format: LogFormat, level: Logger.Level, output: LogOutput) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.output = output
    }

    /// The metadata value of `key`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Writes one entry.
    public func log(event: LogEvent) {
        var merged = self.metadata
        if let provided = self.metadataProvider?.get() {
            merged.merge(provided) { _, new in new }
        }
        if let own = event.metadata {
            merged.merge(own) { _, new in new }
        }
        if let error = event.error {
            merged["error"] = "\(error)"
        }
        let line = LogLine(
            time: LogTime.now(),
            level: event.level,
            label: self.label,
            message: event.message.description,
            metadata: merged
        )
        self.output.write(self.format == .json ? line.json : line.console)
    }
}

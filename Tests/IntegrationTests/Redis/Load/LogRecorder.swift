import Logging

/// A log handler that keeps all that it is given, as text.
struct LogRecorder: LogHandler {
    /// The lines so far, of all copies.
    let lines = Shared<[String]>([])
    var logLevel = Logger.Level.trace
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = event.metadata ?? [:]
        self.lines.change { $0.append("\(event.level) \(event.message) \(metadata)") }
    }
}

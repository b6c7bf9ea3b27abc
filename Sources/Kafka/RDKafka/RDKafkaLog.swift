import CRdkafka
import Logging

/// Passes librdkafka's log lines on.
enum RDKafkaLog {
    /// Logs the line of a log event.
    ///
    /// Libraries keep below warning: whether a broker that is away matters is for the application to say, and it hears
    /// of it through errors.
    static func forward(_ event: OpaquePointer, to logger: Logger) {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let text else { return }
        let subject = facility.map { String(cString: $0) } ?? ""
        logger.log(
            level: self.level(syslog: level, facility: subject),
            "kafka client log",
            metadata: [
                "kafka.log.facility": "\(subject)",
                "kafka.log.text": "\(String(cString: text))",
            ]
        )
    }

    /// The level for a line.
    ///
    /// - Parameters:
    ///   - level: the syslog level, from 0 (emergency) to 4 (warning), 5 (notice), 6 (info) and 7 (debug).
    ///   - facility: what the line is about.
    /// - Returns: at most `info`.
    static func level(syslog level: Int32, facility: String) -> Logger.Level {
        // A warning at every start that old brokers might create topics: of no use, the setting stays as it is.
        if facility == "AUTOCREATE" { return .debug }
        return level <= 4 ? .info : level <= 6 ? .debug : .trace
    }
}

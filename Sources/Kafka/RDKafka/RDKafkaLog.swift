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
        // syslog levels: 0 emergency ... 4 warning, 5 notice, 6 info, 7 debug
        let target: Logger.Level = level <= 4 ? .info : level <= 6 ? .debug : .trace
        logger.log(
            level: target,
            "kafka client log",
            metadata: [
                "kafka.log.facility": "\(facility.map { String(cString: $0) } ?? "")",
                "kafka.log.text": "\(String(cString: text))",
            ]
        )
    }
}

import CMongoc
import Logging
import ServerRuntime

/// Turns libmongoc's events into metrics, logs and the state of the gate.
///
/// Called on the threads of calls and of libmongoc's monitors, some of which hold locks of libmongoc: nothing here calls
/// back into it, waits, or holds a document longer than the event.
final class MongoMonitor: Sendable {
    let gate = TopologyGate()
    let metrics: MongoMetrics
    private let logger: Logger
    private let slowThreshold: Duration

    init(metrics: MongoMetrics, logger: Logger, slowThreshold: Duration) {
        self.metrics = metrics
        self.logger = logger
        self.slowThreshold = slowThreshold
    }

    // MARK: - Commands

    func commandSucceeded(_ name: UnsafePointer<CChar>, microseconds: Int64, host: () -> String) {
        self.metrics.command(name, microseconds: microseconds)
        self.logIfSlow(name, microseconds, host)
    }

    func commandFailed(_ name: UnsafePointer<CChar>, microseconds: Int64, code: UInt32, host: () -> String) {
        self.metrics.commandFailed(name)
        self.logger.debug(
            "mongo command failed",
            metadata: [
                "mongo.command": "\(String(cString: name))", "mongo.server": "\(host())", "mongo.code": "\(code)",
            ]
        )
        self.logIfSlow(name, microseconds, host)
    }

    private func logIfSlow(_ name: UnsafePointer<CChar>, _ microseconds: Int64, _ host: () -> String) {
        let duration = Duration.microseconds(microseconds)
        guard duration >= self.slowThreshold else { return }
        self.logger.info(
            "slow mongo command",
            metadata: [
                "mongo.command": "\(String(cString: name))", "mongo.server": "\(host())",
                "mongo.duration": "\(duration)",
            ]
        )
    }

    // MARK: - Servers

    func topologyChanged(hasReadable: Bool, hasWritable: Bool, type: String) {
        self.gate.update(hasReadable: hasReadable, hasWritable: hasWritable)
        self.logger.debug(
            "mongo topology changed",
            metadata: ["mongo.topology": "\(type)", "mongo.writable": "\(hasWritable)"]
        )
    }

    func serverChanged(_ host: String, from old: String, to new: String) {
        guard old != new else { return }
        self.metrics.serverChanged()
        self.logger.info(
            "mongo server changed",
            metadata: ["mongo.server": "\(host)", "mongo.from": "\(old)", "mongo.to": "\(new)"]
        )
    }

    func heartbeatSucceeded(microseconds: Int64) {
        self.metrics.heartbeat(microseconds: microseconds)
    }

    func heartbeatFailed(_ host: String, _ reason: String) {
        self.gate.lookFailed(reason)
        self.metrics.heartbeatFailed()
        self.logger.debug(
            "mongo server does not answer its monitor",
            metadata: ["mongo.server": "\(host)", "mongo.reason": "\(reason)"]
        )
    }
}

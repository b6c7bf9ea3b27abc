import Foundation

extension LoadReport {
    /// The report for people.
    var table: String {
        let pace =
            self.targetRate.map { "\(Self.short($0)) messages/s" } ?? "saturation, \(self.window ?? 0) unanswered each"
        let chats = self.chatSize == 2 ? "pairs" : "groups of \(self.chatSize)"
        var rows: [(name: String, value: String)] = [
            ("load", "\(self.connections) users in \(chats), \(self.bodyBytes) bytes, \(self.compression), \(pace)"),
            ("accepted", "\(Self.short(self.acceptedPerSecond))/s (\(self.accepted) of \(self.sent) sent)"),
            ("delivered", "\(Self.short(self.deliveredPerSecond))/s (\(self.delivered), own copies \(self.ownCopies))"),
            ("send to answer", Self.text(self.sendToAnswer)),
            ("send to delivery", Self.text(self.sendToDelivery)),
            ("generator late by", Self.text(self.lateness)),
        ]
        let errors = self.errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        if !errors.isEmpty { rows.append(("errors by code", errors)) }
        rows.append(
            (
                "not as planned",
                "unanswered \(self.unanswered), rejected \(self.rejected), skipped \(self.skipped), resent \(self.resent), "
                    + "reconnects \(self.reconnects), repeated \(self.repeated)"
            )
        )
        for process in self.processes {
            rows.append(
                (
                    process.name,
                    String(
                        format: "%.2f CPU s, %.3f per 10,000 messages, RSS %.0f MiB, at most %.0f",
                        process.cpuSeconds,
                        process.cpuSecondsPer10k,
                        process.residentMiB,
                        process.residentMaxMiB
                    )
                )
            )
        }
        if !self.lag.isEmpty {
            let groups = self.lag.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            rows.append(("NOT SETTLED", "\(groups) records behind: the processes had not done all of the work"))
        }
        return "Load, \(Self.short(self.seconds)) s measured\n" + Output.rows(rows)
    }

    private static func text(_ summary: LatencySummary) -> String {
        String(
            format: "p50 %.2f ms, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f",
            summary.p50,
            summary.p90,
            summary.p99,
            summary.p999,
            summary.max
        )
    }

    private static func short(_ value: Double) -> String {
        String(format: value < 100 ? "%.1f" : "%.0f", value)
    }
}

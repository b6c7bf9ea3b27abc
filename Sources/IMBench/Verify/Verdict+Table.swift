extension Verdict {
    /// The verdict for people.
    var table: String {
        var rows: [(name: String, value: String)] = [
            (
                "sent",
                "\(self.sent): \(self.accepted) accepted, \(self.rejected) rejected, \(self.unanswered) unanswered"
            ),
            ("stored", "\(self.history.stored) in MongoDB, \(self.archive.stored) in Postgres"),
        ]
        rows += Self.row("P1 missing in MongoDB", self.history.missing)
        rows += Self.row("P1 missing in Postgres", self.archive.missing)
        rows += Self.row("P2 doubled in MongoDB", self.history.doubled)
        rows += Self.row("P2 doubled in Postgres", self.archive.doubled)
        rows += Self.row("P3 holes in MongoDB", self.history.holes)
        rows += Self.row("P3 holes in Postgres", self.archive.holes)
        rows += Self.row("P3 seqs used twice", self.history.usedTwice)
        rows += Self.row("P3 used twice, Postgres", self.archive.usedTwice)
        rows += Self.row("P3 stores differ", self.differing)
        rows += Self.row("P3 heads behind", self.headsBehind)
        rows += Self.row("P3 pushed under another seq", self.receivers.wrongSeq)
        rows += Self.row("P4 seqs out of order", self.outOfOrder)
        rows += Self.row("P4 received out of order", self.receivers.outOfOrder)
        rows.append(("P5 short pulls", "\(self.pulls.short) of \(self.pulls.pulls), \(self.pulls.errors) errors"))
        rows += self.pulls.examples.map { ("", $0) }
        rows.append(("received", "\(self.receivers.received), and \(self.receivers.repeated) again"))
        rows += Self.row("lost while connected", self.receivers.lost)
        rows.append(
            (
                "longest stall",
                "accepted \(Self.seconds(self.longestStallAccepted)), delivered \(Self.seconds(self.longestStallDelivered))"
            )
        )
        if !self.lag.isEmpty {
            let groups = self.lag.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            rows.append(("NOT SETTLED", "\(groups) records behind; what is missing above may still come"))
        }
        let broken = self.broken.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        rows.append(("verdict", broken.isEmpty ? "every promise kept" : "BROKEN: \(broken)"))
        return "Promises\n" + Output.rows(rows)
    }

    private static func row(_ name: String, _ findings: Findings) -> [(name: String, value: String)] {
        [(name, "\(findings.count)")] + findings.examples.map { ("", $0) }
    }

    private static func seconds(_ value: Double) -> String {
        "\((value * 100).rounded() / 100) s"
    }
}

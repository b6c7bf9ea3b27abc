import Foundation

/// Prints results, each as soon as it is known: people watch for minutes.
struct BenchReport: Sendable {
    private static let widths = [26, 46, 12, 12, 8, 15, 15, 6]

    let asJSON: Bool

    /// Says on which machine and with what the numbers come; on standard error with JSON.
    func begin(_ facts: [String]) {
        let text = facts.joined(separator: "\n") + "\n"
        guard !self.asJSON else { return FileHandle.standardError.write(Data(text.utf8)) }
        self.write(text)
        self.row(["bench", "metric", "value", "baseline", "ratio", "spread", "goal", "met"])
    }

    func add(_ result: BenchResult) throws {
        guard !self.asJSON else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            self.write(String(decoding: try encoder.encode(result), as: UTF8.self) + "\n")
            return
        }
        let spread = result.spread
        self.row([
            result.bench, "\(result.metric) [\(result.unit)]", result.value.short, result.baseline?.short ?? "",
            result.ratio?.short ?? "", "\(spread.lowerBound.short)...\(spread.upperBound.short)",
            result.goal?.description ?? "", result.isMet.map { $0 ? "yes" : "NO" } ?? "",
        ])
    }

    private func row(_ cells: [String]) {
        let padded = zip(cells, Self.widths).enumerated().map { index, cell in
            let (text, width) = cell
            let gap = String(repeating: " ", count: max(0, width - text.count))
            // Names to the left, numbers to the right.
            return (0...1).contains(index) || index > 5 ? text + gap : gap + text
        }
        self.write(padded.joined(separator: "  ") + "\n")
    }

    private func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

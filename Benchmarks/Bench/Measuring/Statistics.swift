import Foundation

extension Array where Element == Double {
    /// The middle value; NaN of nothing.
    var median: Double {
        let sorted = self.sorted()
        guard let last = sorted.last else { return .nan }
        let middle = sorted.count / 2
        guard sorted.count > 1 else { return last }
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The value below or at which `percent` of the values are; NaN of nothing.
    func percentile(_ percent: Double) -> Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return .nan }
        let rank = (percent / 100 * Double(sorted.count)).rounded(.up)
        return sorted[Swift.min(Swift.max(Int(rank) - 1, 0), sorted.count - 1)]
    }

    /// The least and the greatest value; zero of nothing.
    var spread: ClosedRange<Double> {
        guard let least = self.min(), let greatest = self.max(), least <= greatest else { return 0...0 }
        return least...greatest
    }
}

extension Double {
    /// This number with at most so many digits after the point.
    func rounded(places: Int) -> Double {
        let factor = pow(10, Double(places))
        return self.isFinite ? (self * factor).rounded() / factor : 0
    }

    /// Three significant digits or all whole ones, for people.
    var short: String {
        switch self.magnitude {
        case 100...: String(format: "%.0f", self)
        case 10..<100: String(format: "%.1f", self)
        default: String(format: "%.2f", self)
        }
    }
}

extension Duration {
    /// This duration in seconds.
    var inSeconds: Double { Double(self.components.seconds) + Double(self.components.attoseconds) / 1e18 }
    /// This duration in microseconds.
    var inMicroseconds: Double { self.inSeconds * 1e6 }
}

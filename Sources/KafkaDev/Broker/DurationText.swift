/// Times and amounts as people write them.
public enum DurationText {
    /// Reads a whole number with `ms`, `s`, `m`, `h` or `d`; nil for anything else.
    public static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number < 1 << 40 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        case "m": return .seconds(number * 60)
        case "h": return .seconds(number * 3_600)
        case "d": return .seconds(number * 86_400)
        default: return nil
        }
    }

    /// Reads a whole number of bytes, or one with `KiB`, `MiB` or `GiB`; nil for anything else.
    public static func parseBytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number < 1 << 40 else { return nil }
        switch text.dropFirst(digits.count) {
        case "": return number
        case "KiB": return number << 10
        case "MiB": return number << 20
        // Below 2^33, so that nothing overflows.
        case "GiB": return number < 1 << 20 ? number << 30 : nil
        default: return nil
        }
    }
}

extension Duration {
    /// This duration in milliseconds, without the rest.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds.multipliedReportingOverflow(by: 1_000).overflow
            ? .max : seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}

/// A day of the calendar, without time and time zone: PostgreSQL's `date`.
///
/// Gregorian before 1582 too, as the server has it; year 0 is 1 BC, as astronomers count.
public struct PostgresDate: Sendable, Hashable {
    /// Days since 1 January 2000.
    public let daysSince2000: Int32

    /// What the server can hold: 24 November 4714 BC to 31 December AD 5874897 (`timestamp.h`).
    public static let daysSince2000Range: ClosedRange<Int32> = -2_451_545...2_145_031_948

    /// The day that is so many days after 1 January 2000; nil outside of `daysSince2000Range`.
    public init?(daysSince2000: Int32) {
        guard Self.daysSince2000Range.contains(daysSince2000) else { return nil }
        self.daysSince2000 = daysSince2000
    }

    /// A day by its date; nil when there is no such day, or the server cannot hold it.
    ///
    /// - Parameters:
    ///   - year: the year; 0 is 1 BC.
    ///   - month: 1 to 12.
    ///   - day: 1 to 31.
    public init?(year: Int, month: Int, day: Int) {
        guard -4_799...5_900_000 ~= year, 1...12 ~= month, 1...31 ~= day else { return nil }
        // Years that begin in March, so that the leap day is the last one: 153 days in every five months.
        let shifted = month > 2 ? (year: year, month: month - 3) : (year: year - 1, month: month + 9)
        let years = shifted.year + 4_800
        let leapDays = years / 4 - years / 100 + years / 400
        let days = years * 365 + leapDays + (shifted.month * 153 + 2) / 5 + day - 1 - Self.epoch
        guard let narrow = Int32(exactly: days) else { return nil }
        self.init(daysSince2000: narrow)
        // 30 February would have become a day of March.
        guard self.components == (year, month, day) else { return nil }
    }

    /// Days from 1 March of the year -4800 (a multiple of 400, so that leap years fall alike) to 1 January 2000.
    private static let epoch = 17 * 146_097 - 60

    /// The date of the day; year 0 is 1 BC.
    public var components: (year: Int, month: Int, day: Int) {
        let days = Int(self.daysSince2000) + Self.epoch
        let (cycle, dayOfCycle) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = cycle * 400 + yearOfCycle - 4_800
        return month < 10 ? (year, month + 3, day) : (year + 1, month - 9, day)
    }
}

extension PostgresDate: Comparable {
    /// Whether the one day is before the other.
    public static func < (earlier: Self, later: Self) -> Bool {
        earlier.daysSince2000 < later.daysSince2000
    }
}

extension PostgresDate: CustomStringConvertible {
    /// As ISO 8601 has it, such as `2026-11-21`.
    public var description: String {
        let (year, month, day) = self.components
        let digits = { (value: Int, count: Int) in
            let text = String(value.magnitude)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(year < 0 ? "-" : "")\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }
}

extension PostgresDate: PostgresDecodable {
    /// A date; `infinity` and `-infinity` are errors.
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .date else { throw .undecodable(Self.self, from: type, format) }
        guard format == .binary, bytes.byteCount == 4 else {
            throw .undecodable(Self.self, from: type, format, "only four bytes in binary format are read")
        }
        let days = bytes.bigEndian(as: Int32.self)
        guard let value = Self(daysSince2000: days) else {
            let isInfinity = days == .max || days == .min
            throw .undecodable(Self.self, from: type, format, isInfinity ? "infinity is no day" : "out of range")
        }
        self = value
    }
}

extension PostgresDate: PostgresArrayElement {
    /// date.
    public static var postgresType: PostgresType { .date }
    /// date[].
    public static var postgresArrayType: PostgresType { .dateArray }

    /// Writes four bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self.daysSince2000)
    }
}

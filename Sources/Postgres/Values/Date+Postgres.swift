public import FoundationEssentials

extension Date: PostgresDecodable {
    /// A timestamptz; `infinity` and `-infinity` are errors, since a `Date` has no such instant.
    ///
    /// Within a few centuries of today the microseconds are exact; a `Date` counts in doubles, which get coarser than a
    /// microsecond about 140 years from 2001. A `timestamp` without time zone is no instant and is refused: select it
    /// `AT TIME ZONE 'UTC'`.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .timestamptz, format == .binary, bytes.byteCount == 8 else {
            throw InstantCodec.refusal(type, format, bytes.byteCount)
        }
        let microseconds = bytes.bigEndian(as: Int64.self)
        guard InstantCodec.range.contains(microseconds) else { throw InstantCodec.outOfRange(microseconds) }
        let fromReference = microseconds - InstantCodec.referenceDate
        self.init(timeIntervalSinceReferenceDate: InstantCodec.seconds(fromReference))
    }
}

/// The timestamptz of PostgreSQL: microseconds since the beginning of 2000, UTC.
@usableFromInline
enum InstantCodec {
    /// The beginning of 2001, from which a `Date` counts.
    @usableFromInline static let referenceDate: Int64 = 366 * 86_400 * 1_000_000
    /// More seconds from 2001 than the range has, and few enough for their microseconds since 2000 not to overflow.
    static let secondsMax: UInt64 = 9_223_340_000_000
    /// From 24 November 4714 BC (4713 by the years of astronomers) to the end of AD 294276 (`timestamp.h`).
    @usableFromInline static let range: Range<Int64> = -211_813_488_000_000_000..<9_223_371_331_200_000_000

    /// The double that is nearest to so many microseconds; far from 2001, where a double is coarser, seconds stay exact.
    @inlinable
    static func seconds(_ microseconds: Int64) -> Double {
        // Below 2^53 the division is the only rounding.
        if microseconds.magnitude < 1 << 53 { return Double(microseconds) / 1_000_000 }
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Double(seconds) + Double(fraction) / 1_000_000
    }

    @inline(never)
    @usableFromInline
    static func refusal(_ type: PostgresType, _ format: PostgresFormat, _ count: Int) -> PostgresError {
        let reason: String? =
            switch (type, format) {
            case (.timestamptz, .binary): "\(count) bytes instead of 8"
            case (.timestamptz, .text): "only binary format is read"
            case (PostgresType(oid: 1_114), _): "it has no time zone and so is no instant; select it AT TIME ZONE"
            default: nil
            }
        return .undecodable(Date.self, from: type, format, reason)
    }

    @inline(never)
    @usableFromInline
    static func outOfRange(_ microseconds: Int64) -> PostgresError {
        let reason =
            switch microseconds {
            case .max: "infinity is no instant"
            case .min: "-infinity is no instant"
            default: "outside of what timestamptz can hold"
            }
        return .undecodable(Date.self, from: .timestamptz, .binary, reason)
    }
}

extension Date: PostgresArrayElement {
    /// timestamptz.
    public static var postgresType: PostgresType { .timestamptz }
    /// timestamptz[].
    public static var postgresArrayType: PostgresType { .timestamptzArray }

    /// Writes the microsecond that is nearest.
    ///
    /// A date that is infinite, no number, or outside of what timestamptz holds (4714 BC to AD 294276) is refused.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        let seconds = self.timeIntervalSinceReferenceDate.rounded(.down)
        guard let whole = Int64(exactly: seconds), whole.magnitude <= InstantCodec.secondsMax else {
            writer.refuse("a Date must lie between 4714 BC and AD 294276 to be a timestamptz; infinity does not")
            return
        }
        // By parts, since a double does not hold the microseconds of far years.
        let fraction = ((self.timeIntervalSinceReferenceDate - seconds) * 1_000_000).rounded()
        let microseconds = whole * 1_000_000 + Int64(fraction) + InstantCodec.referenceDate
        guard InstantCodec.range.contains(microseconds) else {
            writer.refuse("a Date must lie between 4714 BC and AD 294276 to be a timestamptz")
            return
        }
        writer.write(microseconds)
    }
}

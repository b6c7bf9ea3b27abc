/// In which hundredths of a second something happened, to find how long nothing did.
struct Timeline: Sendable {
    /// A time in which nothing happened; `MonotonicTime`.
    struct Gap: Sendable, Equatable {
        var begin: Int64
        var end: Int64
        /// Its length in seconds.
        var seconds: Double { Double(self.end - self.begin) / 1_000_000 }
    }

    /// Microseconds of one place.
    private static let width: Int64 = 10_000
    /// A day; what lies outside is not noted.
    private static let placesMax: Int64 = 8_640_000

    private let start: Int64
    private var places: [Bool] = []

    /// - Parameter start: the beginning, `MonotonicTime`.
    init(start: Int64) {
        self.start = start
    }

    /// Notes that something happened.
    mutating func mark(_ instant: Int64) {
        let place = (instant - self.start) / Self.width
        guard instant >= self.start, place < Self.placesMax else { return }
        let index = Int(place)
        if index >= self.places.count {
            self.places.append(contentsOf: repeatElement(false, count: index + 1 - self.places.count))
        }
        self.places[index] = true
    }

    /// All times of at least `seconds` before `end` in which nothing happened.
    func gaps(atLeast seconds: Double, until end: Int64) -> [Gap] {
        var gaps: [Gap] = []
        var begin: Int64 = 0
        let last = max(0, (end - self.start) / Self.width)
        for place in 0...last {
            let isMarked = place < Int64(self.places.count) && self.places[Int(place)]
            guard isMarked || place == last else { continue }
            let gap = Gap(begin: self.start + begin * Self.width, end: self.start + place * Self.width)
            if gap.end > gap.begin, gap.seconds >= seconds { gaps.append(gap) }
            begin = place + 1
        }
        return gaps
    }

    /// The longest such time in seconds; 0 when there was none.
    func longestGap(until end: Int64) -> Double {
        self.gaps(atLeast: 0, until: end).map(\.seconds).max() ?? 0
    }
}

/// What a result should be; it stands beside the code that measures it.
enum Goal: Sendable {
    /// The ratio to the baseline is this or more.
    case ratioAtLeast(Double)
    /// The ratio to the baseline is this or less.
    case ratioAtMost(Double)
    /// The value is this or more, in its unit.
    case valueAtLeast(Double)
    /// The value is this or less, in its unit.
    case valueAtMost(Double)
    /// The value is less than this, in its unit.
    case valueBelow(Double)

    /// Whether a result reaches the goal.
    func isMet(value: Double, ratio: Double?) -> Bool {
        switch self {
        case .ratioAtLeast(let bound): (ratio ?? 0) >= bound
        case .ratioAtMost(let bound): (ratio ?? .infinity) <= bound
        case .valueAtLeast(let bound): value >= bound
        case .valueAtMost(let bound): value <= bound
        case .valueBelow(let bound): value < bound
        }
    }
}

extension Goal: CustomStringConvertible {
    var description: String {
        switch self {
        case .ratioAtLeast(let bound): "ratio >= \(bound.short)"
        case .ratioAtMost(let bound): "ratio <= \(bound.short)"
        case .valueAtLeast(let bound): ">= \(bound.short)"
        case .valueAtMost(let bound): "<= \(bound.short)"
        case .valueBelow(let bound): "< \(bound.short)"
        }
    }
}

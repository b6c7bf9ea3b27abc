/// When records are forced to the disk.
///
/// Records survive the end of the process under every policy, for they are in the system's page cache before they are
/// confirmed. The policy decides what a power cut may take.
public enum FsyncPolicy: Sendable, Hashable, CustomStringConvertible {
    /// Only closed segments are synced; the system writes the rest when it likes.
    case never
    /// Everything is synced once in this time.
    case interval(Duration)
    /// Records are synced before they are confirmed and before consumers see them. Producers share a sync.
    case always

    /// Reads `never`, `always` or a time such as `200ms` or `1s`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "never": self = .never
        case "always": self = .always
        default:
            guard let time = DurationText.parse(text), time >= .milliseconds(1), time <= .seconds(3_600) else {
                return nil
            }
            self = .interval(time)
        }
    }

    /// The form that `init` reads.
    public var description: String {
        switch self {
        case .never: "never"
        case .always: "always"
        case .interval(let time): "\(time.wholeMilliseconds)ms"
        }
    }
}

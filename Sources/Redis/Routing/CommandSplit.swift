/// How a command whose keys lie in several slots is carried out in parts, one for each slot.
enum CommandSplit: Sendable, Equatable {
    /// A reply element for each key, in the order of the keys (`MGET`).
    case elements
    /// The sum of what the parts count; a write or not.
    case sum(isWrite: Bool)
    /// `OK`; a value follows each key (`MSET`).
    case pairs

    /// Whether parts that were carried out have changed something.
    var isWrite: Bool {
        switch self {
        case .elements: false
        case .sum(let isWrite): isWrite
        case .pairs: true
        }
    }

    /// Arguments that belong to one key, the key included.
    var stride: Int { self == .pairs ? 2 : 1 }
}

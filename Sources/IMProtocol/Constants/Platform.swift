/// The kind of device or program that a user is logged in from; the raw value is `platformID` on the wire.
package enum Platform: Int32, Sendable, Hashable, CaseIterable {
    case iOS = 1
    case android = 2
    case windows = 3
    case macOS = 4
    case web = 5
    case miniWeb = 6
    case linux = 7
    case androidPad = 8
    case iPad = 9
    case admin = 10
    case harmonyOS = 11

    /// The name that travels in RPC metadata, Kafka headers and Redis keys (OpenIM v3.8).
    package var name: String {
        switch self {
        case .iOS: "IOS"
        case .android: "Android"
        case .windows: "Windows"
        case .macOS: "OSX"
        case .web: "Web"
        case .miniWeb: "MiniWeb"
        case .linux: "Linux"
        case .androidPad: "APad"
        case .iPad: "IPad"
        case .admin: "Admin"
        case .harmonyOS: "HarmonyOS"
        }
    }

    /// The name of platform `id`; empty for a number that names no platform.
    package static func name(of id: Int32) -> String {
        Platform(rawValue: id)?.name ?? ""
    }

    /// The class that multi-login policies 4 and 5 compare.
    package var terminalClass: TerminalClass {
        switch self {
        case .iOS, .android: .mobile
        case .windows, .macOS, .linux: .pc
        case .web: .web
        case .miniWeb: .miniWeb
        case .androidPad, .iPad: .pad
        case .admin: .admin
        case .harmonyOS: .harmonyOS
        }
    }
}

/// Groups of platforms that one user may be limited to one login of.
package enum TerminalClass: Sendable, Hashable {
    case mobile
    case pc
    case web
    case miniWeb
    case pad
    case admin
    case harmonyOS
}

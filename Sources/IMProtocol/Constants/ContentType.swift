/// What `MsgData.content` holds.
///
/// Numbers without a case here are legal; the server does not look into them.
package struct ContentType: RawRepresentable, Sendable, Hashable {
    package var rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let text = ContentType(rawValue: 101)
    package static let picture = ContentType(rawValue: 102)
    package static let voice = ContentType(rawValue: 103)
    package static let video = ContentType(rawValue: 104)
    package static let file = ContentType(rawValue: 105)
    package static let atText = ContentType(rawValue: 106)
    package static let custom = ContentType(rawValue: 110)
    package static let revoke = ContentType(rawValue: 111)
    package static let typing = ContentType(rawValue: 113)
    package static let quote = ContentType(rawValue: 114)
    package static let markdownText = ContentType(rawValue: 118)
    package static let oaNotification = ContentType(rawValue: 1400)
    package static let groupDismissed = ContentType(rawValue: 1511)
    package static let hasReadReceipt = ContentType(rawValue: 2200)

    /// Whether the number lies in the range that is kept for notifications (1000 to 5000, both included).
    package var isNotification: Bool {
        (1000...5000).contains(self.rawValue)
    }
}

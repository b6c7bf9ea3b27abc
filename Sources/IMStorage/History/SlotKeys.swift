/// The paths of slots and their fields as updates and filters name them, made once.
enum SlotKeys {
    /// `msgs.<slot>`.
    static let slot = (0..<Int(MessageBlock.size)).map { "msgs.\($0)" }
    /// `msgs.<slot>.id`.
    static let id = slot.map { "\($0).id" }
    /// `msgs.<slot>.msg`.
    static let message = slot.map { "\($0).msg" }
    /// `msgs.<slot>.revoke`.
    static let revoke = slot.map { "\($0).revoke" }
}

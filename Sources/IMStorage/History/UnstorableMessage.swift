package import IMProtocol

/// A message that the history can never take, which the rules of the pipeline should have made impossible.
package struct UnstorableMessage: Sendable {
    /// Why it cannot be stored; a closed set, so that metrics can tell them apart.
    package enum Reason: String, Sendable, CaseIterable {
        /// Its slot holds another message.
        case slotTaken = "slot_taken"
        /// With it the block would exceed MongoDB's 16 MiB a document, or it does so by itself.
        case tooLarge = "too_large"
        /// It has no form that MongoDB accepts.
        case refused
        /// Its block is damaged.
        case malformedBlock = "malformed_block"
    }

    /// The conversation.
    package let conversationID: String
    /// The message.
    package let message: Openim_Sdkws_MsgData
    /// Why.
    package let reason: Reason
    /// The same for people, without any content of the message.
    package let detail: String

    package init(conversationID: String, message: Openim_Sdkws_MsgData, reason: Reason, detail: String) {
        self.conversationID = conversationID
        self.message = message
        self.reason = reason
        self.detail = detail
    }
}

import IMProtocol

/// Bounds what one pull request may make the server read.
///
/// A request beyond it is refused, never answered short: a client takes what is left out for read.
struct PullBudget {
    /// Messages of one request.
    ///
    /// The SDK asks for about 100, and for all notifications that it missed.
    static let messagesMax = 20_000
    /// Bytes of contents of one request.
    static let bytesMax = 64 << 20

    private var messages = 0
    private var bytes = 0

    /// Counts messages that are about to be read.
    ///
    /// - Throws: 1001 when the request asks for too many.
    mutating func take(messages count: Int) throws(IMError) {
        self.messages += count
        guard self.messages <= Self.messagesMax else {
            throw IMError(.args, "the request asks for more than \(Self.messagesMax) messages; ask for fewer at once")
        }
    }

    /// Counts messages that were read.
    mutating func take(_ messages: [Openim_Sdkws_MsgData]) throws(IMError) {
        self.bytes += messages.reduce(0) { $0 + $1.content.count + $1.ex.utf8.count + $1.attachedInfo.utf8.count }
        guard self.bytes <= Self.bytesMax else {
            throw IMError(.args, "the request asks for more than \(Self.bytesMax >> 20) MiB; ask for fewer at once")
        }
    }
}

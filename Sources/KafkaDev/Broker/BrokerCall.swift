import NIOCore

/// A request and the way back to who made it.
struct BrokerCall: Sendable {
    /// What goes back to a connection.
    enum Reply: Sendable {
        /// A whole frame; so many of its bytes count against the budget of fetched bytes until it is sent.
        case frame(ByteBuffer, budgeted: Int)
        /// A whole frame; nothing follows it.
        case lastFrame(ByteBuffer)
        /// The client wants no answer.
        case nothing
        /// What came makes no sense.
        case close
    }

    let header: RequestHeader
    /// The connection's number.
    let connection: UInt64
    /// The client's address.
    let clientHost: String
    /// Takes the reply from any thread, once.
    let reply: @Sendable (Reply) -> Void

    /// Answers with `response`.
    func answer<API: BrokerAPI>(_: API.Type, _ response: API.Response, budgeted: Int = 0) {
        do throws(WireError) {
            self.reply(
                .frame(try API.frame(response, header: self.header, sizeHint: budgeted + 512), budgeted: budgeted)
            )
        } catch {
            self.reply(.close)
        }
    }
}

/// What a user does with messages, of everybody or of one chat; the raw value is `recvMsgOpt`.
package enum ReceiveOption: Int32, Sendable {
    case receive = 0
    case doNotReceive = 1
    /// Receives without offline push.
    case receiveWithoutNotice = 2
}

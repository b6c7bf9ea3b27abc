/// The operations of the long connection; the raw value is `ReqIdentifier` on the wire (OpenIM v3.8).
package enum GatewayOperation: Int32, Sendable, Hashable, CaseIterable {
    /// The greatest seq of each of the user's conversations.
    case newestSeqs = 1001
    /// Messages by ranges of seqs.
    case pullByRange = 1002
    /// Sends a message.
    case sendMessage = 1003
    /// Obsolete; always answered with an error.
    case sendSignal = 1004
    /// Messages by lists of seqs.
    case pullBySeqs = 1005
    /// Greatest and read seqs of conversations.
    case readSeqs = 1006
    /// The newest message of conversations.
    case lastMessages = 1007
    /// Server to client: messages.
    case push = 2001
    /// Server to client: logged in elsewhere, or thrown out.
    case kick = 2002
    /// Forgets the push token and closes the connection.
    case logout = 2003
    /// Tells whether the app is in the background.
    case setBackground = 2004
    /// Subscribes to the online status of users; also server to client.
    case subscribeOnlineStatus = 2005
}

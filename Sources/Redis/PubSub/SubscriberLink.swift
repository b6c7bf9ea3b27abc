/// A connection in subscriber mode, as subscriptions see it: it only sends, and what comes goes to a `SubscriberHandler`.
///
/// It reconnects by itself until it is closed.
protocol SubscriberLink: AnyObject, Sendable {
    /// Sends commands on the connection that stands, in the order of the calls; returns at once.
    ///
    /// Commands that are not sent yet when the connection is lost are forgotten before the handler hears of the loss:
    /// the next `connected()` tells anew what to send. At most one command for each topic is under way at any time, so
    /// the number of subscribed topics bounds what waits here.
    func send(_ commands: [RawCommand])

    /// Ends the connection for good; the handler need not hear of it.
    func close()
}

/// Who hears what happens on a connection in subscriber mode, on that connection's thread, one call at a time.
protocol SubscriberHandler: AnyObject, Sendable {
    /// A connection stands and its handshake is done; returns the commands to send before any other.
    func connected() -> [RawCommand]

    /// The server sent something; all of it comes here, replies to `PING` too.
    func received(_ value: RedisValue)

    /// The connection was lost, or could not be made.
    ///
    /// The code `.handshakeRefused` means that the server does not let us in. May be called any number of times.
    func disconnected(_ error: RedisError)
}

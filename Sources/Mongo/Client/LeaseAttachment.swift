/// Something that lives on a leased client, such as a cursor, and has to be destroyed on a thread before the client is
/// given back.
protocol LeaseAttachment: AnyObject, Sendable {
    /// Frees it; may talk to the server.
    ///
    /// Runs on the thread of the lease's call, once.
    func destroy()
}

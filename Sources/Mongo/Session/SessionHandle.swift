/// The session that lives on a leased client, destroyed with the lease.
final class SessionHandle: LeaseAttachment {
    let session: MongocSession

    init(_ session: MongocSession) {
        self.session = session
    }

    func destroy() {
        self.session.destroy()
    }
}

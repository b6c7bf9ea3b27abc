import ServerRuntime

/// Destroys attachments of a lease, for nobody that waits.
final class LeaseCleanUp: EngineCall {
    /// How long the server is given to hear of it.
    static let timeout: Duration = .seconds(2)

    let id: UInt64
    let deadline = Deadline.after(.seconds(1 << 30))
    let kind = MongoCallKind.read
    let isCleanUp = true
    private let attachments: [any LeaseAttachment]

    init(id: UInt64, _ attachments: [any LeaseAttachment]) {
        self.id = id
        self.attachments = attachments
    }

    func run(_ run: CallRun, release: () -> Void) {
        _ = run.begin(self, until: min(.after(Self.timeout), run.engine.closeDeadline ?? self.deadline))
        // The latest first: cursors before the session that they are part of.
        for attachment in self.attachments.reversed() {
            attachment.destroy()
        }
        _ = run.end()
        release()
    }

    func fail(_ error: MongoError) {}
}

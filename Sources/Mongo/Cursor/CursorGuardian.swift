/// Closes a cursor when its iterator is let go.
final class CursorGuardian: Sendable {
    let source: CursorSource

    init(_ source: CursorSource) {
        self.source = source
    }

    deinit {
        self.source.close()
    }
}

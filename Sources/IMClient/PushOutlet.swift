import IMProtocol
import Synchronization

/// Where a connection puts what the server sends unasked.
final class PushOutlet: Sendable {
    let pushes: AsyncStream<Openim_Sdkws_PushMessages>
    let kicks: AsyncStream<Void>
    private let pushSource: AsyncStream<Openim_Sdkws_PushMessages>.Continuation
    private let kickSource: AsyncStream<Void>.Continuation
    private let dropped = Atomic<Int>(0)

    /// - Parameter bufferedMax: the most pushes that wait for the reader; then the oldest is dropped.
    init(bufferedMax: Int) {
        (self.pushes, self.pushSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(bufferedMax))
        (self.kicks, self.kickSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var droppedCount: Int { self.dropped.load(ordering: .relaxed) }

    func push(_ messages: Openim_Sdkws_PushMessages) {
        if case .dropped = self.pushSource.yield(messages) {
            self.dropped.wrappingAdd(1, ordering: .relaxed)
        }
    }

    func kick() {
        self.kickSource.yield()
    }

    func finish() {
        self.pushSource.finish()
        self.kickSource.finish()
    }
}

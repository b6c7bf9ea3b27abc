import Glibc
import Synchronization

/// A thread whose end can be awaited.
final class JoinableThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private let handle = Mutex<pthread_t?>(nil)

    /// Starts `body` on a new thread.
    ///
    /// - Throws: `SocketFailure` when the system has no more threads.
    init(_ body: @escaping @Sendable () -> Void) throws(SocketFailure) {
        let body = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let number = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            body.toOpaque()
        )
        guard number == 0 else {
            body.release()
            throw SocketFailure("pthread_create", number: number)
        }
        self.handle.withLock { $0 = thread }
    }

    /// Waits for the thread's end; the second call returns once the first has.
    func join() {
        self.handle.withLock { handle in
            if let thread = handle { pthread_join(thread, nil) }
            handle = nil
        }
    }

    deinit {
        self.handle.withLock { handle in
            if let thread = handle { pthread_detach(thread) }
        }
    }
}

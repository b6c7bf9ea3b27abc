import Foundation
import Glibc
import Synchronization

/// What must be undone however this program ends: by itself, by a signal, or because its time is over.
enum CleanUp {
    private static let actions = Mutex<[@Sendable () -> Void]>([])
    /// Held while they are done: whoever comes second must not end the program meanwhile.
    private static let turn = Mutex(())
    // Unchecked: written once, by watch(), only to be kept.
    nonisolated(unsafe) private static var sources: [any DispatchSourceProtocol] = []

    /// Adds something to be done once at the end; the last is done first.
    static func add(_ action: @escaping @Sendable () -> Void) {
        self.actions.withLock { $0.append(action) }
    }

    /// Does all of it, once; returns when it is done, whoever does it.
    static func run() {
        self.turn.withLock { _ in self.undo() }
    }

    private static func undo() {
        let actions = self.actions.withLock { actions in
            defer { actions = [] }
            return actions
        }
        for action in actions.reversed() { action() }
    }

    /// Ends the program with exit code 1 after `seconds`, and with 128 and the number after SIGINT and SIGTERM.
    ///
    /// On a queue of its own: C code that does not return must not stop it.
    @MainActor static func watch(limitSeconds: Int) {
        let queue = DispatchQueue(label: "bench.watch")
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + .seconds(limitSeconds))
        timer.setEventHandler { self.end(1, "gave up after \(limitSeconds) s (--time-limit)") }
        timer.resume()
        let signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { self.end(128 + number, "ended by signal \(number)") }
            source.resume()
            return source
        }
        self.sources = [timer] + signals
    }

    private static func end(_ code: Int32, _ reason: String) {
        FileHandle.standardError.write(Data("bench: error: \(reason)\n".utf8))
        // What fails because of it must not choose another exit code.
        self.turn.withLock { _ in
            self.undo()
            exit(code)
        }
    }
}

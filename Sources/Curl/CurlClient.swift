public import ServerRuntime
import Synchronization

/// A client for requests over HTTP and HTTPS.
///
/// Each request runs on one of a few threads with its own connection. Redirects are not followed, certificates are
/// checked, and the environment's proxies are ignored.
public final class CurlClient: Sendable {
    private let configuration: CurlConfiguration
    private let pool: BlockingPool
    private let slots: TransferSlots
    private let pendingRequests = Atomic(0)
    private let isRunning = Atomic(false)

    /// Creates a client; it takes requests while `run()` runs.
    public init(_ configuration: CurlConfiguration = CurlConfiguration()) {
        self.configuration = configuration
        self.pool = BlockingPool(threadCount: configuration.threadCount)
        self.slots = TransferSlots(count: configuration.threadCount)
    }

    /// Whether `run()` runs, so that requests are taken.
    public var isReady: Bool { self.isRunning.load(ordering: .acquiring) }

    /// Serves requests until the surrounding task is cancelled; may be called once.
    ///
    /// Requests that run then end first, each by its deadline at the latest.
    public func run() async throws {
        self.pool.start()
        self.isRunning.store(true, ordering: .releasing)
        let (never, end) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        end.finish()
        self.isRunning.store(false, ordering: .releasing)
        try await self.pool.shutdown()
    }

    /// Sends a request and waits for the whole response.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - deadline: when to give up.
    ///   - bodyBytesMax: bytes of the response body; `CurlConfiguration.bodyBytesMax` without it.
    /// - Returns: the response, whatever its status.
    /// - Throws: `CurlError`; `.cancelled` comes at once while the request waits, and within about a second while it runs.
    public func send(
        _ request: CurlRequest,
        deadline: Deadline,
        bodyBytesMax: Int? = nil
    ) async throws(CurlError) -> CurlResponse {
        try request.check()
        guard self.isReady else { throw CurlError(.closed, "the client does not run") }
        let pending = self.pendingRequests.add(1, ordering: .relaxed).newValue
        defer { self.pendingRequests.subtract(1, ordering: .relaxed) }
        guard pending <= self.configuration.pendingRequestsMax else {
            throw CurlError(.queueFull, "\(pending - 1) requests are pending")
        }
        let transfer = CurlTransfer(
            request,
            configuration: self.configuration,
            deadline: deadline,
            bodyBytesMax: bodyBytesMax ?? self.configuration.bodyBytesMax
        )
        try await self.takeSlot(by: deadline)
        defer { self.slots.release() }
        return try await withTaskCancellationHandler {
            await self.performOnPool(transfer)
        } onCancel: {
            transfer.cancel()
        }.get()
    }

    /// Waits for a free thread.
    private func takeSlot(by deadline: Deadline) async throws(CurlError) {
        guard !self.slots.tryAcquire() else { return }
        let isAcquired = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.slots.acquire() }
            group.addTask {
                // Cancelled as soon as there is a slot.
                try? await Task.sleep(until: deadline.instant, clock: .continuous)
                return false
            }
            var isAcquired = false
            for await result in group {
                isAcquired = isAcquired || result
                group.cancelAll()
            }
            return isAcquired
        }
        guard !isAcquired else { return }
        guard !Task.isCancelled else { throw CurlError(.cancelled, "the waiting task was cancelled") }
        throw CurlError(.deadlineExceeded, "no thread was free in time")
    }

    private func performOnPool(_ transfer: CurlTransfer) async -> Result<CurlResponse, CurlError> {
        do {
            return try await self.pool.run {
                Result<CurlResponse, CurlError> { () throws(CurlError) in try transfer.perform() }
            }
        } catch is CancellationError where Task.isCancelled {
            return .failure(CurlError(.cancelled, "the waiting task was cancelled"))
        } catch {
            return .failure(CurlError(.closed, "the client does not run"))
        }
    }
}

import NIOCore
import NIOHTTP1

/// The `GatewayLoop` of each event loop of a group, reachable from any thread.
final class GatewayLoops: Sendable {
    private let boxes: [ObjectIdentifier: NIOLoopBoundBox<GatewayLoop>]
    private let clocks: [RepeatedTask]

    /// Creates the loops' state and starts their clocks.
    ///
    /// - Throws: `GzipError` when there is no memory for compression streams.
    init(_ group: any EventLoopGroup, configuration: GatewayConfiguration) throws {
        var boxes: [ObjectIdentifier: NIOLoopBoundBox<GatewayLoop>] = [:]
        for eventLoop in group.makeIterator() {
            let loop = try GatewayLoop(eventLoop: eventLoop, configuration: configuration)
            boxes[ObjectIdentifier(eventLoop)] = .makeBoxSendingValue(loop, eventLoop: eventLoop)
        }
        self.boxes = boxes
        let interval = TimeAmount(configuration.tickInterval)
        self.clocks = boxes.values.map { box in
            box.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in box.value.advance() }
        }
    }

    /// Sets up the pipeline of an accepted connection; on its event loop.
    func configure(_ channel: any Channel, _ node: GatewayNode) throws {
        guard let loop = self.boxes[ObjectIdentifier(channel.eventLoop)]?.value else {
            throw ChannelError.inappropriateOperationForState
        }
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
        let encoder = HTTPResponseEncoder()
        let admission = AdmissionHandler(node: node, loop: loop, decoder: decoder, encoder: encoder)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(encoder)
        try pipeline.addHandler(admission)
    }

    /// Asks every connection to end.
    func shutDown() async {
        await self.onEach { $0.shutDown() }
    }

    /// Cuts every connection.
    func cut() async {
        await self.onEach { $0.cut() }
    }

    /// Whether no connection is left.
    func areEmpty() async -> Bool {
        await self.onEach { $0.isEmpty }.allSatisfy { $0 }
    }

    /// Waits, also in a task that is cancelled.
    func pause(_ duration: Duration) async {
        guard let eventLoop = self.boxes.values.first?.eventLoop else { return }
        // The timer only fails when the event loop is gone, and then there is nothing to wait for.
        try? await eventLoop.scheduleTask(in: TimeAmount(duration)) {}.futureResult.get()
    }

    /// Ends the clocks.
    func stopClocks() {
        for clock in self.clocks { clock.cancel() }
    }

    @discardableResult
    private func onEach<Result: Sendable>(_ body: @escaping @Sendable (GatewayLoop) -> Result) async -> [Result] {
        var results: [Result] = []
        for box in self.boxes.values {
            // Fails only when the event loop is gone, and with it all connections.
            if let result = try? await box.eventLoop.submit({ body(box.value) }).get() { results.append(result) }
        }
        return results
    }
}

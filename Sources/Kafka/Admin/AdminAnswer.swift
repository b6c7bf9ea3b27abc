/// Somebody who waits for the outcome of an admin call, whatever its type.
protocol AdminAnswer: Sendable {
    /// Reads the outcome out of an event, which belongs to the caller.
    func take(_ event: OpaquePointer)
    /// Ends the waiting without an outcome.
    func fail(_ error: KafkaError)
}

/// Waits until `condition` holds.
///
/// - Parameters:
///   - limit: how long at the most.
///   - condition: asked every 20 ms.
/// - Returns: whether it held in time.
/// - Throws: what `condition` throws.
public func eventually(
    within limit: Duration = .seconds(10),
    _ condition: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}

/// A local cache as the bus that invalidates it sees it.
protocol InvalidatedCache: AnyObject, Sendable {
    /// Removes these keys and all that is linked to them, and detaches their loads.
    func invalidate(_ keys: [String])
    /// Removes everything and detaches all loads.
    func removeAll()
    /// Removes everything, and keeps nothing from now on: calls only share loads that are under way.
    func stopKeeping()
    /// Keeps what is loaded from now on.
    func startKeeping()
}

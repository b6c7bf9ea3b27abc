/// The limits of a client.
public struct CurlConfiguration: Sendable, Equatable {
    /// Threads, and so requests at the same time.
    public var threadCount: Int
    /// Requests that may run or wait for a thread; one more fails with `.queueFull`.
    public var pendingRequestsMax: Int
    /// The limit for name resolution, TCP and TLS together, within the deadline of the request.
    public var connectTimeout: Duration
    /// Bytes of a response body where the request says nothing else.
    public var bodyBytesMax: Int
    /// Bytes of all header fields of a response together.
    public var headerBytesMax: Int
    /// The `User-Agent`; empty for none.
    public var userAgent: String
    /// The proxy's URL; empty for none.
    ///
    /// The environment's proxy variables are never followed.
    public var proxy: String

    /// A configuration; the defaults suit small JSON answers.
    public init(
        threadCount: Int = 8,
        pendingRequestsMax: Int = 1024,
        connectTimeout: Duration = .seconds(5),
        bodyBytesMax: Int = 4 << 20,
        headerBytesMax: Int = 64 << 10,
        userAgent: String = "",
        proxy: String = ""
    ) {
        self.threadCount = threadCount
        self.pendingRequestsMax = pendingRequestsMax
        self.connectTimeout = connectTimeout
        self.bodyBytesMax = bodyBytesMax
        self.headerBytesMax = headerBytesMax
        self.userAgent = userAgent
        self.proxy = proxy
    }
}

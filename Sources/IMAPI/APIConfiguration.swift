/// The settings of the HTTP API.
package struct APIConfiguration: Sendable {
    /// The address to listen on.
    package var listenIP: String
    /// The TCP port to listen on; 0 lets the system choose one.
    package var port: Int
    /// The ids of the app administrators (`imAdminUser.userIDs`).
    ///
    /// Their rights depend on nothing but the id.
    package var adminUserIDs: [String]
    /// The server's secret, which the legacy routes under /auth compare with.
    package var secret: String
    /// Turns the body of an answer into gzip format, at the level of `api.compressionLevel`; nil sends answers as they
    /// are.
    ///
    /// When it throws, the answer is sent as it is.
    package var compress: (@Sendable ([UInt8]) throws -> [UInt8])?
    /// The greatest length of a request's body in bytes.
    ///
    /// What is longer is cut off and then fails to parse.
    package var bodySizeMax: Int
    /// How long requests that run may take to end once the server is asked to stop.
    package var drainTimeout: Duration

    /// Creates settings; the defaults are those of OpenIM v3.8, without compression.
    package init(
        listenIP: String = "0.0.0.0",
        port: Int = 10_002,
        adminUserIDs: [String],
        secret: String,
        compress: (@Sendable ([UInt8]) throws -> [UInt8])? = nil,
        bodySizeMax: Int = 16 << 20,
        drainTimeout: Duration = .seconds(10)
    ) {
        self.listenIP = listenIP
        self.port = port
        self.adminUserIDs = adminUserIDs
        self.secret = secret
        self.compress = compress
        self.bodySizeMax = bodySizeMax
        self.drainTimeout = drainTimeout
    }
}

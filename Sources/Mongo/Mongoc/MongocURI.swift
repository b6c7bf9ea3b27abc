import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_uri_t`.
struct MongocURI: ~Copyable {
    private let raw: OpaquePointer

    /// libmongoc has one limit for finding a server, for all calls.
    ///
    /// Calls wait for a server at the gate, each until its own deadline; this is for what passes it and meets a change, such
    /// as the second try of a write whose connection broke.
    private static let selectionMax: Duration = .seconds(1)

    /// Parses the connection string of a configuration and applies its other options.
    ///
    /// - Throws: `.invalidConfiguration`, which names the option and the rule, and never the connection string.
    static func make(_ configuration: MongoConfiguration) throws(MongoError) -> MongocURI {
        let uri = try MongocURI(parsing: configuration.uri)
        try uri.applyNumbers(configuration)
        try uri.applyServers(configuration)
        try uri.applySecurity(configuration)
        try uri.applyConcerns(configuration)
        try uri.checkTLSFiles()
        return uri
    }

    private init(parsing string: String) throws(MongoError) {
        var error = bson_error_t()
        guard MongocLibrary.isReady, !string.utf8.contains(0),
            let raw = MongocLog.whileMuted({ mongoc_uri_new_with_error(string, &error) })
        else { throw MongoError(.invalidConfiguration, "uri: \(Self.fault(in: string))") }
        self.raw = raw
    }

    deinit {
        mongoc_uri_destroy(self.raw)
    }

    /// A pool for this connection string; the pool copies it.
    ///
    /// - Throws: `.invalidConfiguration`.
    func makePool() throws(MongoError) -> OpaquePointer {
        var error = bson_error_t()
        guard let pool = mongoc_client_pool_new_with_error(self.raw, &error) else {
            throw MongoError(.invalidConfiguration, "uri: \(MongoError(error, isWrite: false).message)")
        }
        return pool
    }

    // MARK: - Options

    private func applyNumbers(_ configuration: MongoConfiguration) throws(MongoError) {
        let selection = min(configuration.serverSelectionTimeout, Self.selectionMax)
        // One more, which only looks for servers.
        try self.set(MONGOC_URI_MAXPOOLSIZE, Int32(clamping: configuration.connectionsMax + 1), "connectionsMax")
        try self.set(MONGOC_URI_CONNECTTIMEOUTMS, Self.milliseconds(configuration.connectTimeout), "connectTimeout")
        try self.set(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, Self.milliseconds(selection), "serverSelectionTimeout")
        // Streams end reads and writes at the call's deadline; this never comes first.
        try self.set(MONGOC_URI_SOCKETTIMEOUTMS, 86_400_000, "socketTimeoutMS")
    }

    private func applyServers(_ configuration: MongoConfiguration) throws(MongoError) {
        if let name = configuration.replicaSet {
            try self.set(MONGOC_URI_REPLICASET, name, "replicaSet")
        }
        if let flag = configuration.directConnection {
            let hosts = mongoc_uri_get_hosts(self.raw)
            try require(!flag || hosts?.pointee.next == nil, "directConnection", "must be off for more than one host")
            try self.set(MONGOC_URI_DIRECTCONNECTION, flag, "directConnection")
        }
        if let flag = configuration.retryReads {
            try self.set(MONGOC_URI_RETRYREADS, flag, "retryReads")
        }
        if let flag = configuration.retryWrites {
            try self.set(MONGOC_URI_RETRYWRITES, flag, "retryWrites")
        }
    }

    private func applySecurity(_ configuration: MongoConfiguration) throws(MongoError) {
        if let tls = configuration.tls {
            try self.set(MONGOC_URI_TLS, true, "tls")
            try self.set(MONGOC_URI_TLSALLOWINVALIDCERTIFICATES, tls.allowsInvalidCertificates, "tls")
            try self.set(MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, tls.allowsInvalidHostnames, "tls")
            if let file = tls.caFile { try self.set(MONGOC_URI_TLSCAFILE, file, "tls.caFile") }
            if let file = tls.certificateKeyFile {
                try self.set(MONGOC_URI_TLSCERTIFICATEKEYFILE, file, "tls.certificateKeyFile")
            }
            if let password = tls.certificateKeyPassword {
                try self.set(MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, password, "tls.certificateKeyPassword")
            }
        }
        guard let credentials = configuration.credentials else { return }
        let isUserSet = credentials.user.isEmpty || mongoc_uri_set_username(self.raw, credentials.user)
        try require(isUserSet, "credentials.user", "is refused by libmongoc")
        let isPasswordSet = credentials.password.isEmpty || mongoc_uri_set_password(self.raw, credentials.password)
        try require(isPasswordSet, "credentials.password", "is refused by libmongoc")
        if let mechanism = credentials.mechanism {
            let isSet = mongoc_uri_set_auth_mechanism(self.raw, mechanism.rawValue)
            try require(isSet, "credentials.mechanism", "is refused by libmongoc")
        }
        let isExternal = credentials.mechanism == .x509 || credentials.mechanism == .plain
        let source = credentials.source ?? (isExternal ? "$external" : "admin")
        try require(mongoc_uri_set_auth_source(self.raw, source), "credentials.source", "is refused by libmongoc")
    }

    private func applyConcerns(_ configuration: MongoConfiguration) throws(MongoError) {
        let writeConcern = try MongocWriteConcern(configuration.writeConcern)
        mongoc_uri_set_write_concern(self.raw, writeConcern.raw)
        if let concern = configuration.readConcern {
            let readConcern = try MongocReadConcern(concern)
            mongoc_uri_set_read_concern(self.raw, readConcern.raw)
        }
        if let preference = configuration.readPreference {
            let readPreference = try MongocReadPreference(preference)
            mongoc_uri_set_read_prefs_t(self.raw, readPreference.raw)
        }
    }

    /// Files that a connection string names; a typed option has been looked at before.
    private func checkTLSFiles() throws(MongoError) {
        let raw = self.raw
        let file = { (name: String) in mongoc_uri_get_option_as_utf8(raw, name, nil).map { String(cString: $0) } }
        try MongoTLS(
            caFile: file(MONGOC_URI_TLSCAFILE),
            certificateKeyFile: file(MONGOC_URI_TLSCERTIFICATEKEYFILE)
        ).validate()
    }

    private func set(_ key: String, _ value: Int32, _ option: String) throws(MongoError) {
        try require(mongoc_uri_set_option_as_int32(self.raw, key, value), option, "is refused by libmongoc")
    }

    private func set(_ key: String, _ value: Bool, _ option: String) throws(MongoError) {
        try require(mongoc_uri_set_option_as_bool(self.raw, key, value), option, "is refused by libmongoc")
    }

    private func set(_ key: String, _ value: String, _ option: String) throws(MongoError) {
        try require(mongoc_uri_set_option_as_utf8(self.raw, key, value), option, "is refused by libmongoc")
    }

    private static func milliseconds(_ duration: Duration) -> Int32 {
        max(1, duration.milliseconds(rounding: .up))
    }

    /// Why libmongoc refuses a connection string.
    ///
    /// It may quote what it refuses, so it is asked about the string without user and password.
    private static func fault(in string: String) -> String {
        guard !string.isEmpty else { return "must not be empty" }
        guard string.hasPrefix("mongodb://") || string.hasPrefix("mongodb+srv://") else {
            return "must begin with mongodb:// or mongodb+srv://"
        }
        let unusable = "is not a valid connection string"
        guard let harmless = MongoURIText.withoutCredentials(string), !harmless.utf8.contains(0) else {
            return "\(unusable); user and password must be percent-encoded"
        }
        var error = bson_error_t()
        if let raw = MongocLog.whileMuted({ mongoc_uri_new_with_error(harmless, &error) }) {
            mongoc_uri_destroy(raw)
            return "\(unusable): user or password or their options are not"
        }
        return "\(unusable): \(MongoError(error, isWrite: false).message)"
    }
}

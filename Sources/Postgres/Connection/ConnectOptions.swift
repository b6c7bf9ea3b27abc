import CPq
import Glibc

/// The options with which libpq opens a connection.
enum ConnectOptions {
    /// The names and values for `PQconnectStartParams`.
    ///
    /// All that would otherwise come from `PG…` environment variables and matters is given, and the session is set to the
    /// formats that the decoders expect of text.
    static func make(_ configuration: PostgresConfiguration, hosts: [ResolvedHost]) -> [(String, String)] {
        var settings = [
            "bytea_output": "hex", "datestyle": "ISO", "intervalstyle": "iso_8601", "timezone": "UTC",
            "extra_float_digits": "1",
        ]
        settings.merge(configuration.sessionSettings) { $1 }
        let text = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)=\(self.escaped($0.value))" }
        var options = [
            ("host", hosts.map(\.host.name).joined(separator: ",")),
            ("hostaddr", hosts.map(\.address).joined(separator: ",")),
            ("port", hosts.map { "\($0.host.port)" }.joined(separator: ",")),
            ("target_session_attrs", configuration.sessionTarget.rawValue),
            ("dbname", configuration.database),
            ("user", configuration.username),
            ("sslmode", configuration.sslMode.rawValue),
            ("gssencmode", "disable"),
            ("client_encoding", "UTF8"),
            ("application_name", configuration.applicationName),
            ("options", text.joined(separator: " ")),
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),  // ms; it also bounds PQcancel
        ]
        if let password = configuration.password { options.append(("password", password)) }
        return options + configuration.tls.options
    }

    /// Starts to open a connection; `nil` when there is no memory for it.
    static func start(_ options: [(String, String)]) -> OpaquePointer? {
        var names = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer {
            for pointer in names + values {
                free(UnsafeMutablePointer(mutating: pointer))
            }
        }
        return PQconnectStartParams(&names, &values, 0)
    }

    /// The error for libpq's text about a failed try; libpq 15 keeps no SQLSTATE of it.
    static func error(_ message: String) -> PostgresError {
        let isRefusal = [
            "password authentication failed", "no password supplied", "no pg_hba.conf entry",
            "is not permitted to log in", "certificate authentication failed", "connection requires a valid client",
        ].contains { message.contains($0) }
        let isUnknown = message.contains("FATAL:") && message.contains("does not exist")
        return PostgresError(isRefusal || isUnknown ? .authenticationFailed : .connectionFailed, message)
    }

    /// A value inside `options`, where spaces separate and a backslash escapes.
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    }
}

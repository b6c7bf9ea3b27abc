extension RedisServerProcess {
    /// What kind of server a test wants.
    struct Options: Sendable {
        /// Certificate files of a server that speaks TLS on a second port.
        struct TLS: Sendable {
            /// PEM files.
            var certificateFile: String
            var keyFile: String
            var authorityFile: String
            /// Whether clients must show a certificate of the same authority.
            var requiresClientCertificate = false
        }

        /// The password of the default user; empty for none.
        var password = ""
        /// Other users, each as `ACL SETUSER` takes it: `alice on >secret ~* &* +@all`.
        var users: [String] = []
        /// The port of a master on this machine, which has the same password.
        var replicaOf: Int?
        /// Whether every write is on disk before its reply, so that `kill()` and `start()` keep the data.
        var isPersistent = false
        /// With TLS there are two ports; without, one.
        var tls: TLS?
        /// Whether the process is a sentinel, which takes other settings.
        var isSentinel = false
        /// Whether the port 10,000 above is needed too.
        var needsBusPort = false
        /// Further lines of the configuration file.
        var settings: [String] = []
        /// Other files of its folder, by name; they are written once.
        var files: [String: String] = [:]

        /// The configuration file of a server.
        func configuration(port: Int, tlsPort: Int?, folder: String) -> String {
            var lines = ["port \(port)", "bind 127.0.0.1", "dir \(folder)"]
            if self.isSentinel { return (lines + self.settings).joined(separator: "\n") + "\n" }
            lines += [
                "save \"\"", "enable-debug-command yes", "repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
            ]
            lines += self.isPersistent ? ["appendonly yes", "appendfsync always"] : ["appendonly no"]
            if !self.password.isEmpty { lines += ["requirepass \(self.password)", "masterauth \(self.password)"] }
            lines += self.users.map { "user \($0)" }
            if let master = self.replicaOf { lines.append("replicaof 127.0.0.1 \(master)") }
            if let tls = self.tls, let tlsPort {
                lines += [
                    "tls-port \(tlsPort)", "tls-cert-file \(tls.certificateFile)", "tls-key-file \(tls.keyFile)",
                    "tls-ca-cert-file \(tls.authorityFile)",
                    "tls-auth-clients \(tls.requiresClientCertificate ? "yes" : "no")",
                ]
            }
            return (lines + self.settings).joined(separator: "\n") + "\n"
        }
    }
}

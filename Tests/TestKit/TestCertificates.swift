import Foundation
import Glibc
import Synchronization

/// An authority and what it signed: certificates and keys for TLS tests, made anew in a temporary folder.
///
/// The program `openssl` makes them. All keys are of the curve P-256; the folder goes with the last reference.
public final class TestCertificates: Sendable {
    /// A certificate and its key, as paths of PEM files.
    public struct Identity: Sendable, Hashable {
        /// The certificate.
        public let certificateFile: String
        /// Its private key, not encrypted.
        public let keyFile: String
    }

    /// Why the certificates could not be made.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong, with the last words of `openssl`.
        public let description: String
    }

    /// The passphrase of `encryptedClientKeyFile`.
    public static let passphrase = "a passphrase for tests"

    /// The folder of all files.
    public let folder: String
    /// The authority that signed everything but `selfSigned` and `stranger`.
    public let authority: Identity
    /// A server for `localhost`, `*.example.test`, 127.0.0.1 and ::1.
    public let server: Identity
    /// The same names as `server`, but the certificate expired yesterday.
    public let expired: Identity
    /// A server for 127.0.0.1 and `localhost` that signed for itself.
    public let selfSigned: Identity
    /// A server that has `localhost` as its common name only.
    public let commonNameOnly: Identity
    /// A client, for servers that ask for a certificate.
    public let client: Identity
    /// An authority that nobody else knows.
    public let stranger: Identity
    /// The key of `client`, encrypted with `passphrase`.
    public let encryptedClientKeyFile: String

    private static let sharedOne = Mutex<TestCertificates?>(nil)

    /// The certificates of this process, made by the first use, which takes a quarter of a second.
    ///
    /// - Throws: `Failure`.
    public static func shared() throws -> TestCertificates {
        try self.sharedOne.withLock { shared in
            if let shared { return shared }
            let made = try TestCertificates()
            // A global is never released, so the folder would stay.
            atexit { TestCertificates.sharedOne.withLock { $0 = nil } }
            shared = made
            return made
        }
    }

    /// Makes certificates of its own; blocks for about a quarter of a second.
    ///
    /// - Throws: `Failure`.
    public init() throws {
        let folder = "\(NSTemporaryDirectory())/test-certificates-\(UInt64.random(in: 0 ... .max))"
        func identity(_ name: String) -> Identity {
            Identity(certificateFile: "\(folder)/\(name).pem", keyFile: "\(folder)/\(name).key")
        }
        self.folder = folder
        self.authority = identity("authority")
        self.server = identity("server")
        self.expired = identity("expired")
        self.selfSigned = identity("self-signed")
        self.commonNameOnly = identity("common-name-only")
        self.client = identity("client")
        self.stranger = identity("stranger")
        self.encryptedClientKeyFile = "\(folder)/client-encrypted.key"
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Failure(description: "no folder for certificates: \(error)")
        }
        try Self.run(Self.script, in: folder)
    }

    deinit {
        // What stays behind is a few small files among other temporary ones.
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// One script, because a process for each certificate takes longer than its making.
    private static var script: String {
        let names = "DNS:localhost,DNS:*.example.test,IP:127.0.0.1,IP:::1"
        return """
            set -e
            authority() {
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$2" \
                    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
                    -keyout "$1.key" -out "$1.pem"
            }
            # name, subject, days, extension
            signed() {
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
                    -addext basicConstraints=critical,CA:FALSE -addext "$4" -keyout "$1.key" -out "$1.csr"
                openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -days "$3" \
                    -set_serial "0x$(openssl rand -hex 15)" -copy_extensions copyall -out "$1.pem"
            }
            authority authority 'Test authority'
            authority stranger 'Unknown authority'
            signed server 'test server' 30 'subjectAltName=\(names)'
            signed expired 'test server' -1 'subjectAltName=\(names)'
            signed common-name-only localhost 30 keyUsage=digitalSignature
            signed client 'test client' 30 extendedKeyUsage=clientAuth
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=self' \
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout self-signed.key -out self-signed.pem
            openssl pkey -in client.key -aes256 -passout 'pass:\(self.passphrase)' -out client-encrypted.key
            """
    }

    private static func run(_ script: String, in folder: String) throws(Failure) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw Failure(description: "sh cannot be started: \(error)")
        }
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "openssl failed: \(text.suffix(500))")
        }
    }
}

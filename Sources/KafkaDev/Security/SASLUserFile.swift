import Glibc

/// Reads the file of users and passwords.
enum SASLUserFile {
    /// Each has its keys derived when the broker starts, which takes some milliseconds.
    static let usersMax = 100
    static let bytesMax = 1 << 20

    /// The users of a file, with their passwords.
    ///
    /// - Throws: `KafkaDevError` with code `configuration`: the path and the number of the line, and nothing of its text.
    static func read(_ path: String) throws(KafkaDevError) -> [String: String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw self.wrong(path, cause: .init(operation: "open", path: path, number: errno))
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            guard part >= 0 else { throw self.wrong(path, cause: .init(operation: "read", path: path, number: errno)) }
            guard part > 0 else { break }
            count += part
        }
        guard count <= Self.bytesMax else { throw self.wrong(path, "more than \(Self.bytesMax) bytes") }
        return try self.parse(bytes[..<count], path: path)
    }

    /// Whether users other than the owner and his group may read the file.
    static func isReadableByAll(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
    }

    /// The users of a file's text.
    static func parse(_ bytes: some Collection<UInt8>, path: String) throws(KafkaDevError) -> [String: String] {
        var users: [String: String] = [:]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let place = "\(path) line \(index + 1)"
            guard let text = String(validating: line, as: UTF8.self) else { throw self.wrong(place, "not UTF-8") }
            let entry = text.last == "\r" ? text.dropLast() : text[...]
            if entry.isEmpty || entry.first == "#" { continue }
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, let password = parts.last, !name.isEmpty, !password.isEmpty,
                !entry.utf8.contains(0)
            else { throw self.wrong(place, "not such a line") }
            guard users.updateValue(String(password), forKey: String(name)) == nil else {
                throw self.wrong(place, "a name that stands above")
            }
        }
        guard !users.isEmpty else { throw self.wrong(path, "no user") }
        guard users.count <= Self.usersMax else { throw self.wrong(path, "more than \(Self.usersMax) users") }
        return users
    }

    private static func wrong(_ place: String, _ problem: String? = nil, cause: StorageError? = nil) -> KafkaDevError {
        KafkaDevError(
            code: .configuration,
            message: "sasl user file must have lines name:password, got \(place)" + (problem.map { ": \($0)" } ?? ""),
            cause: cause
        )
    }
}

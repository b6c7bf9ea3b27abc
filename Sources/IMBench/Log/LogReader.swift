import Foundation

/// Reads the records of a run's log, file after file, a piece at a time.
struct LogReader {
    /// The folder of the run.
    let folder: String

    /// Calls `body` with every record of one kind.
    ///
    /// - Throws: when a file cannot be read or ends within a record; what `body` throws.
    func forEach<Record: LogRecord>(_ type: Record.Type, _ body: (Record) throws -> Void) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: self.folder)
            .filter { $0.hasPrefix("\(Record.fileName)-") && $0.hasSuffix(".bin") }
        for name in names.sorted() {
            guard let file = FileHandle(forReadingAtPath: "\(self.folder)/\(name)") else {
                throw LogUnreadable("\(name) cannot be opened")
            }
            // It was only read.
            defer { try? file.close() }
            let pieceBytes = (1 << 20) / Record.size * Record.size
            while let piece = try file.read(upToCount: pieceBytes), !piece.isEmpty {
                guard piece.count.isMultiple(of: Record.size) else { throw LogUnreadable("\(name) ends in a record") }
                try piece.withUnsafeBytes { bytes in
                    for start in stride(from: 0, to: bytes.count, by: Record.size) {
                        try body(Record(UnsafeRawBufferPointer(rebasing: bytes[start..<start + Record.size])))
                    }
                }
            }
        }
    }
}

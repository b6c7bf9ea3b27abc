import Glibc

@testable import Telemetry

/// A pipe that stands for standard error.
struct OutputPipe: Sendable {
    struct Failure: Error {}

    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure() }
        self.readEnd = ends[0]
        self.writeEnd = ends[1]
    }

    func closeWriteEnd() {
        close(self.writeEnd)
    }

    func closeReadEnd() {
        close(self.readEnd)
    }

    /// Everything until the other end is closed.
    func readAll() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(self.readEnd, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        self.closeReadEnd()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `body` writes; at most what a pipe holds.
    static func capture(_ body: (LogOutput) throws -> Void) throws -> String {
        let pipe = try OutputPipe()
        do {
            defer { pipe.closeWriteEnd() }
            try body(LogOutput(descriptor: pipe.writeEnd))
        }
        return pipe.readAll()
    }
}

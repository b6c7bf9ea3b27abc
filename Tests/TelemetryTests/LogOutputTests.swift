import Foundation
import Glibc
import Testing

@testable import Telemetry

@Suite struct LogOutputTests {
    @Test func `lines of many tasks never mix`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "openim-\(UUID().uuidString).log").path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(path)
        }
        let output = LogOutput(descriptor: descriptor)
        await withTaskGroup { group in
            for task in 0..<8 {
                let line = String(repeating: "\(task)", count: 9000) + "\n"
                group.addTask {
                    for _ in 0..<20 { output.write(line) }
                }
            }
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 160)
        #expect(lines.allSatisfy { $0.utf8.count == 9000 && Set($0).count == 1 })
    }

    @Test func `a line that the descriptor takes in pieces is written whole`() throws {
        let pipe = try OutputPipe()
        let line = String(repeating: "é", count: 200_000) + "\n"
        // A thread of its own: it waits in the kernel until the pipe is read.
        Thread.detachNewThread {
            LogOutput(descriptor: pipe.writeEnd).write(line)
            pipe.closeWriteEnd()
        }
        #expect(pipe.readAll() == line)
    }

    @Test func `a line that cannot be written is dropped`() throws {
        signal(SIGPIPE, SIG_IGN)
        LogOutput(descriptor: -1).write("into nothing\n")
        let pipe = try OutputPipe()
        pipe.closeReadEnd()
        LogOutput(descriptor: pipe.writeEnd).write("to nobody\n")
        pipe.closeWriteEnd()
    }

    @Test func `an empty line writes nothing`() throws {
        #expect(try OutputPipe.capture { $0.write("") } == "")
    }
}

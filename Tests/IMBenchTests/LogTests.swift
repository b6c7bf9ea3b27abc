import Foundation
import NIOPosix
import Testing

@testable import IMBench

@Suite struct LogTests {
    @Test func `what is logged can be read again, in order`() async throws {
        try await self.withFolder { folder in
            let writer = NIOThreadPool(numberOfThreads: 1)
            writer.start()
            let log = try LogFile<ReceivedRecord>(folder: folder, number: 3, writer: writer)
            // More than one buffer.
            let records = (0..<20_000).map { index in
                ReceivedRecord(
                    receiver: UInt32(index),
                    session: 2,
                    sender: .max,
                    number: UInt32(index) &* 7,
                    seq: Int64(index) - 5,
                    receivedAt: .max - Int64(index)
                )
            }
            for record in records { log.append(record) }
            let failure = log.close()
            try await writer.shutdownGracefully()
            #expect(failure() == nil)
            var read: [ReceivedRecord] = []
            try LogReader(folder: folder).forEach(ReceivedRecord.self) { read.append($0) }
            #expect(read == records)
        }
    }

    @Test func `every kind of record survives being written`() {
        let sent = SentRecord(sender: 1, number: 2, sentAt: 3, answeredAt: 4, code: -5, tries: 6)
        let session = SessionRecord(client: 7, session: 8, begin: 9, end: .min)
        #expect(Self.copy(sent) == sent)
        #expect(Self.copy(session) == session)
    }

    @Test func `a file that ends within a record is refused`() async throws {
        try await self.withFolder { folder in
            try Data(count: SentRecord.size + 1).write(to: URL(filePath: "\(folder)/sent-0.bin"))
            let read = { try LogReader(folder: folder).forEach(SentRecord.self) { _ in } }
            #expect(throws: LogUnreadable.self, performing: read)
        }
    }

    @Test func `a folder that does not exist fails the log and not the process`() {
        let writer = NIOThreadPool(numberOfThreads: 1)
        #expect(throws: LogFile<SentRecord>.Failure.self) {
            _ = try LogFile<SentRecord>(folder: "/nonexistent/folder", number: 0, writer: writer)
        }
    }

    @Test func `a run's manifest can be read again`() async throws {
        try await self.withFolder { folder in
            let cast = Cast(prefix: "t", run: 7, users: 4, chatSize: 2)
            var manifest = RunManifest(cast: cast, startedUnix: 1, startedAt: 2, stoppedAt: 3)
            manifest.probes.add("c", wanted: 1...2, found: [])
            try manifest.save(in: folder)
            #expect(try RunManifest(folder: folder) == manifest)
        }
    }

    private static func copy<Record: LogRecord>(_ record: Record) -> Record {
        var bytes = [UInt8](repeating: 0, count: Record.size)
        bytes.withUnsafeMutableBytes { record.write(to: $0) }
        return bytes.withUnsafeBytes { Record($0) }
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "im-bench-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        do {
            try await body(folder)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
        try FileManager.default.removeItem(atPath: folder)
    }
}

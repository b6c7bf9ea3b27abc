import COpenSSL
import OpenSSL
import TestKit
import Testing

@Suite struct TLSSessionTests {
    private func connected(version: Int32 = TLS1_3_VERSION) throws -> TLSTestPair {
        var pair = try TLSTestPair.usual { _, settings, _ in settings.versions = version...version }
        try pair.handshake()
        return pair
    }

    // MARK: - End of the session

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a close alert is the end, after all data`(version: Int32) throws {
        var pair = try self.connected(version: version)
        try pair.server.write(Array("last words".utf8))
        pair.server.shutdown()
        try pair.feed(pair.server.takeOutput())
        #expect(pair.received == Array("last words".utf8))
        #expect(pair.hasCloseNotify)
        pair.client.receiveEnd()
        try pair.read()
        #expect(pair.hasCloseNotify)
        try pair.feed(Array("whatever comes now".utf8))
        #expect(pair.received == Array("last words".utf8))
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `an end without a close alert is reported, after all data`(version: Int32) throws {
        var pair = try self.connected(version: version)
        try pair.server.write(Array("last words".utf8))
        let bytes = pair.server.takeOutput()
        bytes.withUnsafeBytes { #expect((try? pair.client.receive($0)) == bytes.count) }
        pair.client.receiveEnd()
        let error = tlsFailure { try pair.read() }
        #expect(pair.received == Array("last words".utf8))
        #expect(error?.code == .truncated)
        #expect(tlsFailure { _ = try pair.write([1]) } == error)
    }

    @Test func `half a record at the end is a truncation`() throws {
        var pair = try self.connected()
        try pair.server.write([UInt8](repeating: 7, count: 1000))
        try pair.feed(Array(pair.server.takeOutput().dropLast()))
        #expect(pair.received.isEmpty)
        pair.client.receiveEnd()
        #expect(tlsFailure { try pair.read() }?.code == .truncated)
        #expect(pair.received.isEmpty)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `after shutdown the server sees the end and may still send`(version: Int32) throws {
        var pair = try self.connected(version: version)
        pair.client.shutdown()
        pair.client.shutdown()
        pair.server.receive(pair.takeOutput())
        #expect(pair.server.hasSeenCloseNotify)
        #expect(tlsFailure { _ = try pair.write([1]) }?.code == .closed)
        try pair.server.write(Array("bye".utf8))
        pair.server.shutdown()
        try pair.feed(pair.server.takeOutput())
        #expect(pair.received == Array("bye".utf8))
        #expect(pair.hasCloseNotify)
    }

    // MARK: - Damage

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a changed record is rejected after the good ones`(version: Int32) throws {
        var pair = try self.connected(version: version)
        try pair.server.write(Array("good".utf8))
        var bytes = pair.server.takeOutput()
        try pair.server.write(Array("bad".utf8))
        var damaged = pair.server.takeOutput()
        damaged[damaged.count - 1] ^= 1
        bytes += damaged
        let error = tlsFailure { try pair.feed(bytes) }
        #expect(pair.received == Array("good".utf8))
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("bad record mac") == true)
        #expect(tlsFailure { try pair.read() } == error)
    }

    @Test func `a repeated record is rejected`() throws {
        var pair = try self.connected()
        try pair.server.write(Array("once".utf8))
        let bytes = pair.server.takeOutput()
        #expect(tlsFailure { try pair.feed(bytes + bytes) }?.code == .protocolViolation)
        #expect(pair.received == Array("once".utf8))
    }

    // MARK: - Messages after the handshake

    @Test func `key updates do not disturb the data`() throws {
        var pair = try self.connected()
        var sent: [UInt8] = []
        for round in UInt8(0)..<20 {
            try pair.server.requestKeyUpdate()
            let bytes = [UInt8](repeating: round, count: 100)
            try pair.server.write(bytes)
            sent += bytes
            #expect(try pair.write([round]) == 1)
            try pair.exchange()
        }
        #expect(pair.received == sent)
        #expect(pair.server.received == Array(0..<20))
        #expect(!pair.server.hasFailed)
    }

    @Test func `a renegotiation is declined, and the session goes on`() throws {
        var pair = try self.connected(version: TLS1_2_VERSION)
        try pair.server.requestRenegotiation()
        try pair.feed(pair.server.takeOutput())
        #expect(pair.client.outgoingByteCount > 0)
        #expect(try pair.write("still here".utf8) == 10)
        #expect(pair.client.negotiatedVersion == .tls12)
    }

    // MARK: - Bounds

    @Test func `a session takes no more plaintext than it may hold`() throws {
        let pair = try self.connected()
        let data = [UInt8](repeating: 1, count: 1 << 20)
        let first = try pair.write(data)
        #expect(first > 60_000 && first < 64 << 10)
        #expect(try pair.write(data) == 0)
        #expect(pair.client.outgoingByteCount <= 64 << 10)
        var sent: [UInt8] = []
        let isDrained = pair.client.drainOutgoing { buffer in
            sent += buffer.prefix(10_000)
            return 10_000
        }
        #expect(!isDrained)
        let second = try pair.write(data)
        #expect(second > 8000 && second <= 10_000)
        pair.client.shutdown()
        pair.server.receive(sent + pair.takeOutput())
        #expect(pair.server.received.count == first + second)
        #expect(pair.server.hasSeenCloseNotify)
        #expect(pair.client.outgoingByteCount == 0)
    }

    @Test func `a session takes no more ciphertext than it may hold`() throws {
        var pair = try self.connected()
        try pair.server.write([UInt8](repeating: 2, count: 200_000))
        let bytes = pair.server.takeOutput()
        let first = try bytes.withUnsafeBytes { try pair.client.receive($0) }
        #expect(first == TLSSession.incomingBytesMax)
        #expect(try bytes[first...].withUnsafeBytes { try pair.client.receive($0) } == 0)
        try pair.read()
        try pair.feed(Array(bytes[first...]))
        #expect(pair.received.count == 200_000)
    }

    @Test func `reading goes on while the output is full`() throws {
        var pair = try self.connected()
        while try pair.write([UInt8](repeating: 1, count: 100_000)) > 0 {}
        try pair.server.write([UInt8](repeating: 2, count: 200_000))
        try pair.feed(pair.server.takeOutput())
        #expect(pair.received.count == 200_000)
    }

    @Test func `a server that wants answers and takes none is cut off`() throws {
        var pair = try self.connected(version: TLS1_2_VERSION)
        while try pair.write([UInt8](repeating: 1, count: 100_000)) > 0 {}
        var error: OpenSSLError?
        // Each request is declined with an alert that the server does not fetch.
        for _ in 0..<2000 where error == nil {
            try pair.server.requestRenegotiation()
            error = tlsFailure { try pair.feed(pair.server.takeOutput()) }
        }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message == "TLS: the peer wants answers and does not take them")
        #expect(pair.client.outgoingByteCount <= TLSSession.outgoingBytesMax)
    }

    @Test func `empty buffers do nothing`() throws {
        var pair = try self.connected()
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(try pair.client.write(empty) == 0)
        #expect(try pair.client.receive(empty) == 0)
        let nowhere = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        #expect(try pair.client.read(into: nowhere) == .bytes(0))
        #expect(pair.client.drainOutgoing { _ in -5 })
        _ = try pair.write([1, 2, 3])
        #expect(!pair.client.drainOutgoing { _ in -5 })
        #expect(pair.client.drainOutgoing { $0.count + 100 })
        try pair.read()
    }
}

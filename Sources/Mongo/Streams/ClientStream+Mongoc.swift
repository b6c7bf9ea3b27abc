import CMongoc
import Glibc

extension ClientStream {
    /// What libmongoc holds: its own struct, and behind it our object.
    private struct Memory {
        var stream: mongoc_stream_t
        var object: Unmanaged<ClientStream>
    }

    /// Gives the stream to libmongoc, which destroys it.
    static func surrender(_ stream: consuming ClientStream) -> UnsafeMutablePointer<mongoc_stream_t> {
        let memory = UnsafeMutablePointer<Memory>.allocate(capacity: 1)
        memory.initialize(to: Memory(stream: mongoc_stream_t(), object: .passRetained(stream)))
        let raw = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: mongoc_stream_t.self)
        raw.pointee.type = Self.typeNumber
        raw.pointee.destroy = { ClientStream.destroy($0) }
        raw.pointee.failed = { ClientStream.destroy($0) }
        raw.pointee.close = { raw in
            ClientStream.with(raw) { stream in
                stream.close()
                return 0
            }
        }
        raw.pointee.flush = { _ in 0 }
        raw.pointee.writev = { raw, pieces, count, milliseconds in
            guard let pieces else { return 0 }
            return ClientStream.with(raw) { $0.write(pieces, count, milliseconds: milliseconds) }
        }
        raw.pointee.readv = { raw, pieces, count, least, milliseconds in
            guard let pieces else { return 0 }
            return ClientStream.with(raw) { $0.read(pieces, count, atLeast: least, milliseconds: milliseconds) }
        }
        raw.pointee.setsockopt = { raw, level, name, value, length in
            ClientStream.with(raw) { Glibc.setsockopt($0.descriptor, level, name, value, length) }
        }
        if stream.tls != nil {
            raw.pointee.get_base_stream = { raw in ClientStream.with(raw) { $0.tls } }
        }
        raw.pointee.check_closed = { raw in ClientStream.with(raw) { $0.isClosedByPeer } }
        raw.pointee.poll = { ClientStream.poll($0, $1, milliseconds: $2) }
        raw.pointee.timed_out = { raw in ClientStream.with(raw) { $0.isTimedOut } }
        raw.pointee.should_retry = { _ in false }
        return raw
    }

    /// A number that no kind of stream of libmongoc's own has.
    private static let typeNumber: Int32 = 100

    private static func with<Result>(
        _ raw: UnsafeMutablePointer<mongoc_stream_t>?,
        _ body: (ClientStream) -> Result
    ) -> Result where Result: StreamResult {
        guard let raw else { return .failure }
        let memory = UnsafeMutableRawPointer(raw).assumingMemoryBound(to: Memory.self)
        return memory.pointee.object._withUnsafeGuaranteedRef(body)
    }

    private static func destroy(_ raw: UnsafeMutablePointer<mongoc_stream_t>?) {
        guard let raw else { return }
        let memory = UnsafeMutableRawPointer(raw).assumingMemoryBound(to: Memory.self)
        let object = memory.pointee.object
        memory.deinitialize(count: 1)
        memory.deallocate()
        object.release()
    }

    /// Waits for events of one or more streams of ours; libmongoc does so while TLS is set up.
    private static func poll(
        _ streams: UnsafeMutablePointer<mongoc_stream_poll_t>?,
        _ count: Int,
        milliseconds: Int32
    ) -> Int {
        var entries = (0..<count).map { index in
            let descriptor = ClientStream.with(streams?[index].stream) { $0.descriptor }
            return pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: streams?[index].events ?? 0), revents: 0)
        }
        let result = Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
        for (index, entry) in entries.enumerated() {
            streams?[index].revents = Int32(entry.revents)
        }
        return Int(result)
    }
}

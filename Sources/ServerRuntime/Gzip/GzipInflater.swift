import CZlib
public import NIOCore

/// Decompresses whole gzip buffers (RFC 1952, any number of members), with one zlib stream that is reset in between.
///
/// The stream takes about 40 KB. Not thread safe: an instance belongs to one thread, event loop or task at a time.
public final class GzipInflater {
    /// zlib keeps the address of the stream, so it lives on the heap and never moves.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a decompressor.
    ///
    /// - Throws: `outOfMemory`.
    public init() throws(GzipError) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        let code = zlib_shim_inflate_init(self.stream, ZlibFormat.gzip)
        guard code == Z_OK else {
            // deinit runs after a throw here, for all properties are set; inflateEnd of an empty stream is harmless.
            throw GzipError(.outOfMemory, "inflateInit2 returned \(code)")
        }
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// Appends `input`, decompressed, to `output`.
    ///
    /// - Parameters:
    ///   - input: one or more complete gzip members and nothing else.
    ///   - limitBytes: the most bytes to append; a small input can stand for a thousand times its size.
    ///   - output: holds an unspecified part of the result when an error is thrown.
    /// - Throws: `corrupt`, `truncated` (also for no input at all), or `tooLarge`.
    public func decompress(
        _ input: UnsafeRawBufferPointer,
        limitBytes: Int,
        into output: inout ByteBuffer
    ) throws(GzipError) {
        guard let count = UInt32(exactly: input.count) else {
            throw GzipError(.tooLarge, "\(input.count) bytes of input")
        }
        defer { self.stream.pointee.forgetBuffers() }
        guard inflateReset(self.stream) == Z_OK else {
            throw GzipError(.corrupt, "inflateReset failed")
        }
        // zlib does not write to its input; the type of the field only lacks the const.
        self.stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: Bytef.self).baseAddress)
        self.stream.pointee.avail_in = count
        var room = min(max(limitBytes, 0), Int(UInt32.max) - 1)
        while true {
            let (code, written) = self.step(room: room, into: &output)
            guard written <= room else { throw GzipError(.tooLarge, "more than \(limitBytes) bytes decompressed") }
            room -= written
            switch code {
            case Z_STREAM_END:
                if self.stream.pointee.avail_in == 0 { return }
                guard inflateReset(self.stream) == Z_OK else { throw GzipError(.corrupt, "inflateReset failed") }
            case Z_OK where written > 0 || self.stream.pointee.avail_in > 0:
                continue
            case Z_OK, Z_BUF_ERROR:
                throw GzipError(.truncated, "the input ends within a member")
            case Z_MEM_ERROR:
                throw GzipError(.outOfMemory, "inflate found no memory")
            default:
                throw GzipError(.corrupt, "inflate returned \(code)")
            }
        }
    }

    /// `input`, decompressed.
    ///
    /// - Throws: as `decompress(_:limitBytes:into:)`.
    public func decompress(_ input: [UInt8], limitBytes: Int) throws(GzipError) -> [UInt8] {
        var output = ByteBuffer()
        try input.span.bytes.withUnsafeBytes { (bytes) throws(GzipError) in
            try self.decompress(bytes, limitBytes: limitBytes, into: &output)
        }
        return Array(output.readableBytesView)
    }

    /// One call of `inflate` into at most `room + 1` bytes, so that output beyond the limit shows as one byte too many.
    private func step(room: Int, into output: inout ByteBuffer) -> (code: Int32, written: Int) {
        let wanted = min(max(Int(self.stream.pointee.avail_in) * 4, 512), 1 << 20)
        var code = Z_OK
        let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: min(wanted, room + 1)) { target in
            let offered = UInt32(clamping: min(target.count, room + 1))
            self.stream.pointee.next_out = target.bindMemory(to: Bytef.self).baseAddress
            self.stream.pointee.avail_out = offered
            code = inflate(self.stream, Z_NO_FLUSH)
            return Int(offered - self.stream.pointee.avail_out)
        }
        return (code, written)
    }
}

import CZlib
public import NIOCore

/// Compresses whole buffers to gzip (RFC 1952), one member each, with one zlib stream that is reset between buffers.
///
/// Initialising a stream costs several times the compression of a small buffer, so a thread or event loop keeps one.
/// The stream takes about 260 KB. Not thread safe: an instance belongs to one thread, event loop or task at a time.
public final class GzipDeflater {
    /// zlib keeps the address of the stream, so it lives on the heap and never moves.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a compressor.
    ///
    /// - Parameter level: -1 for zlib's default, 0 for stored blocks without compression, 1 (fast) to 9 (small); numbers
    ///   outside are taken to the nearest end.
    /// - Throws: `outOfMemory`.
    public init(level: Int = -1) throws(GzipError) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        let code = zlib_shim_deflate_init(self.stream, Int32(min(max(level, -1), 9)), ZlibFormat.gzip, 8)
        guard code == Z_OK else {
            // deinit runs after a throw here, for all properties are set; deflateEnd of an empty stream is harmless.
            throw GzipError(.outOfMemory, "deflateInit2 returned \(code)")
        }
    }

    deinit {
        deflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// Appends `input`, compressed, to `output`.
    ///
    /// - Throws: `tooLarge` for more than 4 GiB of input; `output` then is as before.
    public func compress(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer) throws(GzipError) {
        guard let count = UInt32(exactly: input.count) else {
            throw GzipError(.tooLarge, "\(input.count) bytes of input")
        }
        guard deflateReset(self.stream) == Z_OK else {
            throw GzipError(.corrupt, "deflateReset failed")
        }
        let bound = Int(deflateBound(self.stream, uLong(count)))
        let bytes = input.bindMemory(to: Bytef.self)
        // zlib does not write to its input; the type of the field only lacks the const.
        self.stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        self.stream.pointee.avail_in = count
        var code = Z_OK
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
            let room = UInt32(clamping: target.count)
            self.stream.pointee.next_out = target.bindMemory(to: Bytef.self).baseAddress
            self.stream.pointee.avail_out = room
            code = deflate(self.stream, Z_FINISH)
            return code == Z_STREAM_END ? Int(room - self.stream.pointee.avail_out) : 0
        }
        self.stream.pointee.forgetBuffers()
        guard code == Z_STREAM_END else { throw GzipError(.tooLarge, "deflate returned \(code)") }
    }

    /// `input`, compressed.
    ///
    /// - Throws: `tooLarge` for more than 4 GiB of input.
    public func compress(_ input: [UInt8]) throws(GzipError) -> [UInt8] {
        var output = ByteBuffer()
        try input.span.bytes.withUnsafeBytes { (bytes) throws(GzipError) in try self.compress(bytes, into: &output) }
        return Array(output.readableBytesView)
    }
}

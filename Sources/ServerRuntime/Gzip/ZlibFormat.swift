import CZlib

/// Values of zlib's `windowBits` parameter (zlib.h, deflateInit2 and inflateInit2).
enum ZlibFormat {
    /// The largest window, and 16 for the gzip wrapper.
    static let gzip: Int32 = 15 + 16
}

extension z_stream {
    /// Drops the pointers to the caller's buffers, which are not valid after the call.
    mutating func forgetBuffers() {
        self.next_in = nil
        self.avail_in = 0
        self.next_out = nil
        self.avail_out = 0
    }
}

/// Where sockets read into; one serves all connections of a thread.
final class ReceiveBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    deinit {
        self.bytes.deallocate()
    }
}

import CPq
import Glibc

extension PGConnection {
    /// Notes that a statement is about to be sent; returns whether it is the first since `endSending()`.
    ///
    /// libpq 15 makes a system call for every sync. The first statement goes out at once, so that the server has work; what
    /// follows gathers in the system's buffer and goes out in one packet, which saves a way through the network and a
    /// wake-up of the server each.
    func beginSending() -> Bool {
        self.sentCount += 1
        if self.sentCount == 2 { self.setGathering(true) }
        return self.sentCount == 1
    }

    /// Lets everything out that was sent since the first `beginSending()`.
    func endSending() {
        if self.sentCount > 1 { self.setGathering(false) }
        self.sentCount = 0
    }

    private func setGathering(_ isOn: Bool) {
        let socket = PQsocket(self.raw)
        guard socket >= 0 else { return }
        var value: Int32 = isOn ? 1 : 0
        // A Unix socket has no such option and needs none: nothing is lost but speed.
        _ = setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

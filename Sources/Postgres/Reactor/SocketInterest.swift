/// What a caller waits for on a socket.
struct SocketInterest: OptionSet, Sendable {
    let rawValue: UInt8

    static let read = SocketInterest(rawValue: 1)
    static let write = SocketInterest(rawValue: 2)
}

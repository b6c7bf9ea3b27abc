import Glibc
import Synchronization
import TestKit

@testable import Mongo

/// A server of our own that speaks enough of MongoDB's protocol to misbehave exactly as a test wants.
///
/// It is the primary of a replica set. Commands that open connections are answered unless `react` says otherwise.
final class FakeMongo: Sendable {
    typealias Reactor = @Sendable (FakeCommand) -> FakeReaction?

    private struct State {
        var commands: [FakeCommand] = []
        var open: [Int: Int32] = [:]
        var accepted = 0
        var isClosed = false
    }

    /// Never answers commands of this name.
    static func stalling(_ name: String) -> Reactor {
        { $0.name == name ? .stall : nil }
    }

    /// Takes connections and says nothing, not even hello.
    static let silent: Reactor = { $0.isHello ? .stall : nil }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())
    private let reactor: Mutex<Reactor>

    /// Starts to listen; `react` says what to do about a command, and `nil` answers it kindly.
    init(port: Int = 0, _ react: @escaping Reactor = { _ in nil }) throws {
        self.reactor = Mutex(react)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard result else { throw SocketFailure("listen") }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        _ = MongoThread.start(name: "fake-accept") { self.accept() }
    }

    /// What clients connect to.
    var uri: String {
        "mongodb://127.0.0.1:\(self.port)/?directConnection=true"
    }

    /// Ends all connections and takes no more.
    func close() {
        self.state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            shutdown(self.listener, Int32(SHUT_RDWR))
            Glibc.close(self.listener)
            for descriptor in state.open.values {
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    func react(_ reactor: @escaping Reactor) {
        self.reactor.withLock { $0 = reactor }
    }

    /// Ends all connections that are open, as a restart would.
    func dropConnections() {
        self.state.withLock { state in
            for descriptor in state.open.values {
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    /// The commands of calls so far, in order.
    var commands: [FakeCommand] {
        self.state.withLock { $0.commands.filter { !$0.isHello } }
    }

    var names: [String] {
        self.commands.map(\.name)
    }

    /// How many connections have carried a command of a call.
    var usedConnections: Int {
        Set(self.commands.map(\.connection)).count
    }

    var openConnections: Int {
        self.state.withLock { $0.open.count }
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(self.listener, nil, nil)
            guard descriptor >= 0 else { return }
            let number = self.state.withLock { state -> Int? in
                guard !state.isClosed else { return nil }
                defer { state.accepted += 1 }
                state.open[state.accepted] = descriptor
                return state.accepted
            }
            guard let number else {
                Glibc.close(descriptor)
                return
            }
            _ = MongoThread.start(name: "fake-\(number)") {
                self.serve(descriptor, number)
                self.state.withLock { _ = $0.open.removeValue(forKey: number) }
                Glibc.close(descriptor)
            }
        }
    }

    private func serve(_ descriptor: Int32, _ number: Int) {
        while let header = self.read(descriptor, FakeWire.headerLength) {
            let length = Int(FakeWire.int32(header)) - FakeWire.headerLength
            guard length >= 0, length < 50_000_000, let body = self.read(descriptor, length) else { return }
            let (id, code) = (FakeWire.int32(header[4...]), FakeWire.int32(header[12...]))
            guard let command = FakeWire.command(code, requestID: id, body, connection: number) else { return }
            self.state.withLock { $0.commands.append(command) }
            let reaction = self.reactor.withLock { $0 }(command) ?? self.kindly(command)
            guard self.perform(reaction, descriptor, command) else { return }
        }
    }

    /// - Returns: whether the connection goes on.
    private func perform(_ reaction: FakeReaction, _ descriptor: Int32, _ command: FakeCommand) -> Bool {
        switch reaction {
        case .reply(let document):
            return self.write(descriptor, FakeWire.reply(document, to: command)[...])
        case .stall:
            return true
        case .close:
            return false
        case .stallAfter(let count, let document):
            return self.write(descriptor, FakeWire.reply(document, to: command).prefix(count))
        case .closeAfter(let count, let document):
            _ = self.write(descriptor, FakeWire.reply(document, to: command).prefix(count))
            return false
        case .dribble(let document, let pause):
            return FakeWire.reply(document, to: command).allSatisfy { byte in
                usleep(pause * 1_000)
                return self.write(descriptor, [byte])
            }
        case .late(let document, let milliseconds):
            usleep(milliseconds * 1_000)
            return self.write(descriptor, FakeWire.reply(document, to: command)[...])
        }
    }

    private func kindly(_ command: FakeCommand) -> FakeReaction {
        let me = BSONValue.string("127.0.0.1:\(self.port)")
        switch command.name {
        case "hello", "isMaster", "ismaster":
            return .reply([
                "ismaster": true, "isWritablePrimary": true, "helloOk": true, "secondary": false,
                "setName": "fake", "setVersion": 1, "hosts": .array([me]), "me": me, "primary": me,
                "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
                "logicalSessionTimeoutMinutes": 30, "minWireVersion": 0, "maxWireVersion": 17, "ok": .double(1),
            ])
        case "find": return .batch("firstBatch", [["_id": 1]], id: 0)
        case "insert", "update", "delete": return .reply(["n": 1, "nModified": 1, "ok": .double(1)])
        default: return .ok
        }
    }

    private func read(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var chunk = [UInt8](repeating: 0, count: min(65_536, count - bytes.count))
            let result = recv(descriptor, &chunk, chunk.count, 0)
            guard result > 0 else { return nil }
            bytes += chunk.prefix(result)
        }
        return bytes
    }

    private func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let result = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard result > 0 else { return false }
            rest = rest.dropFirst(result)
        }
        return true
    }
}

/// What a load consists of.
struct LoadPlan: Sendable, Equatable {
    /// How fast is sent.
    enum Pace: Sendable, Equatable {
        /// So many messages a second of all senders together, at fixed times, whatever the server does.
        case rate(Double)
        /// Each sender keeps so many messages unanswered.
        case saturation(window: Int)
    }

    /// When sending ends.
    enum Limit: Sendable, Equatable {
        case duration(Duration)
        case messages(Int)
    }

    /// How frames travel.
    enum Compression: String, Sendable, Equatable {
        /// gzip, as OpenIM's own clients do.
        case gzip
        /// gzip frames whose blocks are stored: cheaper to make, and larger.
        case stored
        case none
    }

    /// A gateway's address.
    struct Gateway: Sendable, Equatable {
        var host: String
        var port: Int
    }

    /// Messages of one sender that wait for an answer, beyond which none is added.
    static let unansweredMax = 10_000

    var connections = 200
    /// Members of a chat; 2: single chats, more: groups.
    var chatSize = 2
    /// How many members of each chat send.
    var sendersPerChat = 2
    var pace = Pace.saturation(window: 4)
    var limit = Limit.duration(.seconds(10))
    /// Sending before the measurement begins.
    var warmUp = Duration.seconds(2)
    /// Size of a message's content in bytes.
    var bodyBytes = 100
    var compression = Compression.gzip
    var gateways: [Gateway] = []
    /// Whether a client that lost its connection connects again and sends what was not answered once more, unchanged.
    var reconnects = true
    /// After how long without an answer a client gives its connection up.
    var answerTimeout = Duration.seconds(10)
    /// How long to wait at the end for what is under way.
    var drainMax = Duration.seconds(30)
    /// Event loops, a thread each.
    var threads = 1

    /// How many chats there are.
    var chats: Int { self.connections / self.chatSize }

    /// How many clients send.
    var senders: Int { self.chats * self.sendersPerChat }

    /// The chat of a client.
    func chat(of client: Int) -> Int { client / self.chatSize }

    /// Whether a client sends.
    func sends(_ client: Int) -> Bool { client % self.chatSize < self.sendersPerChat }
}

/// What a sentinel publishes on `+switch-master` when it has learnt of a new master.
struct SwitchMasterMessage: Sendable, Equatable {
    static let channel = "+switch-master"

    let masterName: String
    /// The address that is the master's no longer.
    let old: RedisEndpoint
    let new: RedisEndpoint

    /// Understands `name old-host old-port new-host new-port`; `nil` for anything else.
    init?(_ payload: [UInt8]) {
        let words = payload.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 5, let old = SentinelAnswer.endpoint(host: words[1], port: words[2]),
            let new = SentinelAnswer.endpoint(host: words[3], port: words[4])
        else { return nil }
        self.masterName = words[0]
        self.old = old
        self.new = new
    }
}

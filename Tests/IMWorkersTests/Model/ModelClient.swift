import FoundationEssentials
import IMProtocol

/// A user who writes one message after the other, each after the answer to the one before.
final class ModelClient {
    let sender: String
    let receiver: String
    let partition: Int32
    /// How far the clock is off, in milliseconds.
    let skew: Int64
    /// Sent, and not answered yet.
    private(set) var current: Openim_Sdkws_MsgData?
    private(set) var accepted: [Openim_Sdkws_MsgData] = []
    private var count = 0

    init(_ sender: String, to receiver: String, partition: Int32, skew: Int64) {
        self.sender = sender
        self.receiver = receiver
        self.partition = partition
        self.skew = skew
    }

    /// Does what the user does next, and how it ends.
    func act(in world: ModelWorld) {
        if let old = self.accepted.randomElement(using: &world.schedule.random), world.chance(15) {
            world.schedule.note("\(old.clientMsgID) again")
            world.arrive(old, in: self.partition)
            return
        }
        // Who has no answer sends the same message again, or gives it up.
        if self.current == nil || world.chance(15) { self.current = self.next(world) }
        guard let message = self.current else { return }
        switch Int.random(in: 0..<100, using: &world.schedule.random) {
        case 0..<70:
            world.schedule.note("\(message.clientMsgID) accepted")
            world.arrive(message, in: self.partition)
            self.accepted.append(message)
            self.current = nil
        case 70..<80:
            world.schedule.note("\(message.clientMsgID) arrives, not answered")
            world.arrive(message, in: self.partition)
        case 80..<90:
            let partition = self.partition
            world.schedule.later("\(message.clientMsgID) arrives") { world.arrive(message, in: partition) }
        default: break
        }
    }

    private func next(_ world: ModelWorld) -> Openim_Sdkws_MsgData {
        self.count += 1
        var message = world.message(
            "\(self.sender)\(self.count)",
            from: self.sender,
            to: self.receiver,
            createTime: world.now + self.skew
        )
        if world.chance(8) { message.switchOff(.history) }
        if world.chance(4) { message.content = .init() }
        return message
    }

    /// P4 for what this user has sent.
    func check(_ world: ModelWorld) {
        let conversationID = ConversationID.of(world.message("", from: self.sender, to: self.receiver)) ?? ""
        let seqs = self.accepted.compactMap { world.truth.seqs[ModelTruth.identity(conversationID, $0)] }
        if zip(seqs, seqs.dropFirst()).contains(where: { $0 >= $1 }) {
            world.truth.breaks("P4: the messages of \(self.sender) have the seqs \(seqs)")
        }
    }
}

import IMStorage
import TestKit
import Testing

@testable import IMWorkers

@Suite struct ConversationWindowTests {
    private func identity(_ number: Int) throws -> MessageIdentity {
        try MessageIdentity(conversationID: "c", sendID: "u", clientMsgID: "\(number)")
    }

    @Test func `new messages get the seqs after the greatest one`() throws {
        var window = ConversationWindow(maxSeq: 41)
        #expect(window.assign(try self.identity(1), createTime: 1) == 42)
        #expect(window.assign(try self.identity(2), createTime: 2) == 43)
        #expect(window.maxSeq == 43)
        #expect(window.seq(of: try self.identity(1)) == 42)
        #expect(window.seq(of: try self.identity(3)) == nil)
    }

    @Test func `learning raises the greatest seq and never lowers it`() throws {
        var window = ConversationWindow(maxSeq: 10)
        window.learn(try self.identity(1), seq: 5, createTime: 1, offset: 1)
        #expect(window.maxSeq == 10)
        window.learn(try self.identity(2), seq: 12, createTime: 1, offset: 2)
        #expect(window.maxSeq == 12)
        #expect(window.seq(of: try self.identity(1)) == 5)
    }

    @Test func `without a history everything is new, with one what is younger than all of it`() {
        #expect(ConversationWindow().isNew(createTime: 0))
        #expect(ConversationWindow().isNew(createTime: -5))
        #expect(ConversationWindow(maxSeq: 3, horizon: 100).isNew(createTime: 101))
        #expect(!ConversationWindow(maxSeq: 3, horizon: 100).isNew(createTime: 100))
    }

    @Test func `the oldest messages go first, and the horizon rises to the newest that went`() throws {
        var window = ConversationWindow()
        let times: [Int64] = [50, 10, 40, 20, 30]
        for (number, time) in times.enumerated() {
            window.learn(try self.identity(number), seq: Int64(number) + 1, createTime: time, offset: Int64(number))
        }
        #expect(window.trim(to: 3, passedBy: 100) == 2)
        #expect(window.seq(of: try self.identity(1)) == nil)
        #expect(window.seq(of: try self.identity(3)) == nil)
        #expect(window.seq(of: try self.identity(4)) == 5)
        #expect(window.horizon == 20)
        #expect(window.maxSeq == 5)
        #expect(!window.isNew(createTime: 20))
        #expect(window.isNew(createTime: 21))
    }

    @Test func `what the history has not passed stays, however much it is`() throws {
        var window = ConversationWindow()
        for number in 0..<10 {
            window.learn(try self.identity(number), seq: Int64(number) + 1, createTime: 1, offset: Int64(number))
        }
        #expect(window.trim(to: 2, passedBy: 4) == 4)
        for number in 4..<10 { #expect(window.seq(of: try self.identity(number)) == Int64(number) + 1) }
        #expect(!window.isPassed(by: 9))
        #expect(window.isPassed(by: 10))
        _ = window.assign(try self.identity(11), createTime: 2)
        #expect(window.trim(to: 2, passedBy: 5) == 1, "what has no place in the log yet stays too")
        #expect(window.seq(of: try self.identity(11)) == 11)
    }

    @Test func `what the log says of a message is not replaced by what the history says`() throws {
        var window = ConversationWindow()
        let identity = try self.identity(1)
        window.learn(identity, seq: 1, createTime: 7, offset: 5)
        window.learn(identity, seq: 1, createTime: .min, offset: ConversationWindow.inHistory)
        #expect(window.messages[identity]?.offset == 5)
        var other = ConversationWindow(maxSeq: 1, horizon: 7)
        other.learn(identity, seq: 1, createTime: .min, offset: ConversationWindow.inHistory)
        other.merge(window)
        #expect(other.messages[identity]?.offset == 5)
        #expect(other.horizon == 7)
        #expect(!other.isPassed(by: 5))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `together with a look-up in what was passed it agrees with a dictionary`(seed: Seed) throws {
        var random = seed.generator()
        var window = ConversationWindow()
        var model: [Int: (seq: Int64, offset: Int64)] = [:]
        var end: Int64 = 0
        var next: Int64 = 0
        for _ in 0..<3000 {
            let number = Int.random(in: 0..<900, using: &random)
            let identity = try self.identity(number)
            // The same number always has the same time, in an order of its own.
            let time = Int64(number * 7919 % 900)
            if window.seq(of: identity) == nil {
                let isKnown = model[number].map { $0.offset < next } ?? false
                if isKnown {
                    #expect(!window.isNew(createTime: time), "\(seed): \(number) is in the history only")
                } else {
                    #expect(model[number] == nil, "\(seed): \(number) was forgotten")
                    model[number] = (window.assign(identity, createTime: time), end)
                    window.stands(identity, at: end)
                    end += 1
                }
            } else {
                #expect(window.seq(of: identity) == model[number]?.seq, "\(seed)")
            }
            if Int.random(in: 0..<20, using: &random) == 0 { next = Int64.random(in: next...end, using: &random) }
            _ = window.trim(to: 100, passedBy: next)
        }
        #expect(model.values.map(\.seq).sorted() == Array(1...Int64(model.count)), "\(seed)")
    }
}

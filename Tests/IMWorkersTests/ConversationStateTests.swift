import IMStorage
import TestKit
import Testing

@testable import IMWorkers

@Suite struct ConversationStateTests {
    private func identity(_ number: Int) throws -> MessageIdentity {
        try MessageIdentity(conversationID: "c", sendID: "u", clientMsgID: "\(number)")
    }

    @Test func `new messages get the seqs after the greatest one`() throws {
        var state = ConversationState(maxSeq: 41)
        #expect(state.assign(try self.identity(1)) == 42)
        #expect(state.assign(try self.identity(2)) == 43)
        #expect(state.maxSeq == 43)
        #expect(state.seq(of: try self.identity(1)) == 42)
        #expect(state.seq(of: try self.identity(3)) == nil)
    }

    @Test func `learning raises the greatest seq and never lowers it`() throws {
        var state = ConversationState(maxSeq: 10)
        state.learn(try self.identity(1), seq: 5)
        #expect(state.maxSeq == 10)
        state.learn(try self.identity(2), seq: 12)
        #expect(state.maxSeq == 12)
        #expect(state.seq(of: try self.identity(1)) == 5)
    }

    @Test func `merging adds what the other one knows and takes the greater seq`() throws {
        var left = ConversationState(maxSeq: 3)
        left.learn(try self.identity(1), seq: 1)
        var right = ConversationState(maxSeq: 0)
        right.learn(try self.identity(2), seq: 5)
        left.merge(right)
        #expect(left.maxSeq == 5)
        #expect(left.seq(of: try self.identity(1)) == 1)
        #expect(left.seq(of: try self.identity(2)) == 5)
        right.merge(left)
        #expect(right.seq(of: try self.identity(1)) == 1)
    }

    @Test func `the newest identities are kept and the memory stays bounded`() throws {
        var state = ConversationState(maxSeq: 0)
        let count = 5 * ConversationState.windowMax
        for number in 1...count { _ = state.assign(try self.identity(number)) }
        #expect(state.maxSeq == Int64(count))
        var known = 0
        for number in 1...count where state.seq(of: try self.identity(number)) != nil { known += 1 }
        #expect(known >= ConversationState.windowMax)
        #expect(known <= 2 * ConversationState.windowMax)
        for number in count - ConversationState.windowMax + 1...count {
            #expect(state.seq(of: try self.identity(number)) == Int64(number))
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it agrees with a dictionary`(seed: Seed) throws {
        var random = seed.generator()
        var state = ConversationState(maxSeq: 0)
        var model: [Int: Int64] = [:]
        for _ in 0..<3000 {
            let number = Int.random(in: 0..<900, using: &random)
            let identity = try self.identity(number)
            #expect(state.seq(of: identity) == model[number], "\(seed)")
            if model[number] == nil { model[number] = state.assign(identity) }
        }
        #expect(model.values.sorted() == Array(1...Int64(model.count)), "\(seed)")
        #expect(state.maxSeq == Int64(model.count), "\(seed)")
    }
}

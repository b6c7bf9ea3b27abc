import IMProtocol
import Testing

@testable import IMStorage

@Suite struct PlaceholdersTests {
    @Test func `a placeholder has the time of the message before it`() {
        var placeholders = Placeholders(sendTimes: [3: 30, 6: 60])
        #expect(!placeholders.isUnknown(4))
        let four = placeholders.placeholder(4)
        #expect((four.seq, four.status, four.sendTime) == (4, 4, 30))
        #expect(placeholders.placeholder(5).sendTime == 30)
        #expect(placeholders.placeholder(7).sendTime == 60)
        #expect(placeholders.placeholder(8).sendTime == 60)
    }

    @Test func `before the first message there is no time`() {
        var placeholders = Placeholders(sendTimes: [3: 30])
        #expect(!placeholders.isUnknown(1))
        #expect(placeholders.placeholder(1).sendTime == 0)
        #expect(placeholders.placeholder(2).sendTime == 0)
    }

    @Test func `what was looked up once serves the whole gap, in either direction`() {
        var up = Placeholders(sendTimes: [:])
        var down = up
        #expect(up.isUnknown(50))
        up.learn(Messages.text(seq: 40), below: 50)
        for seq in Int64(50)...60 {
            #expect(!up.isUnknown(seq))
            #expect(up.placeholder(seq).seq == seq)
        }
        var earlier = Messages.text(seq: 40)
        earlier.sendTime = 400
        down.learn(earlier, below: 60)
        for seq in (Int64(41)...60).reversed() {
            #expect(!down.isUnknown(seq))
            #expect(down.placeholder(seq).sendTime == 400)
        }
        #expect(down.isUnknown(40))
        #expect(down.isUnknown(62))
    }

    @Test func `without an earlier message the gap begins at the beginning`() {
        var placeholders = Placeholders(sendTimes: [:])
        placeholders.learn(nil, below: 5)
        for seq in Int64(1)...5 { #expect(!placeholders.isUnknown(seq)) }
        #expect(placeholders.placeholder(5).sendTime == 0)
    }
}

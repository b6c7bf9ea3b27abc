import Testing

@testable import IMBench

@Suite struct MessageTagTests {
    @Test func `an id can be read again`() {
        let tag = MessageTag(run: 0xAB_CDEF, sender: 0x12_3456, number: 0x89AB_CDEF, due: 0x1234_5678_9ABC)
        #expect(tag.text == "abcdef12345689abcdef123456789abc")
        #expect(MessageTag(tag.text) == tag)
        let least = MessageTag(run: 0, sender: 0, number: 1, due: 0)
        #expect(MessageTag(least.text) == least)
        let greatest = MessageTag(run: 0xFF_FFFF, sender: 0xFF_FFFF, number: .max, due: 0xFFFF_FFFF_FFFF)
        #expect(MessageTag(greatest.text) == greatest)
    }

    @Test(arguments: [
        "", "abc", String(repeating: "g", count: 32), String(repeating: "A", count: 32),
        String(repeating: "0", count: 33),
    ])
    func `what is no id of ours is none`(text: String) {
        #expect(MessageTag(text) == nil)
    }
}

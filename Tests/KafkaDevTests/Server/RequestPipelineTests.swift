import NIOCore
import Testing

@testable import KafkaDev

@Suite struct RequestPipelineTests {
    private func frame(_ key: APIKey, _ number: Int32) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeMultipleIntegers(key.rawValue, Int16(0), number)
        return frame
    }

    private func next(_ pipeline: inout RequestPipeline) throws -> RequestPipeline.Slot {
        let next = pipeline.next()
        return try #require(next).0
    }

    @Test func `produce requests follow each other at once, and their answers keep the order`() throws {
        var pipeline = RequestPipeline(produceMax: 2)
        for number in Int32(0)..<3 { pipeline.received(self.frame(.produce, number)) }
        let first = try self.next(&pipeline)
        let second = try self.next(&pipeline)
        #expect(pipeline.next() == nil)
        #expect(!pipeline.wantsMore)
        pipeline.replied(second, .nothing)
        #expect(pipeline.nextReply() == nil)
        pipeline.replied(first, .close)
        guard case (.close, 8)? = pipeline.nextReply(), case (.nothing, 8)? = pipeline.nextReply() else {
            Issue.record("the replies are not in order")
            return
        }
        #expect(pipeline.next() != nil)
        #expect(pipeline.wantsMore)
        #expect(pipeline.bytes == 8)
    }

    @Test func `any other request waits for all before it, and all after it for its answer`() throws {
        var pipeline = RequestPipeline(produceMax: 9)
        pipeline.received(self.frame(.produce, 0))
        pipeline.received(self.frame(.fetch, 1))
        pipeline.received(self.frame(.produce, 2))
        let produce = try self.next(&pipeline)
        #expect(pipeline.next() == nil)
        pipeline.replied(produce, .nothing)
        #expect(pipeline.nextReply() != nil)
        let fetch = try self.next(&pipeline)
        #expect(pipeline.next() == nil)
        pipeline.replied(fetch, .nothing)
        #expect(pipeline.nextReply() != nil)
        #expect(pipeline.next() != nil)
        // A reply that comes twice, or to nothing, changes nothing.
        pipeline.replied(fetch, .close)
        #expect(pipeline.nextReply() == nil)
    }
}

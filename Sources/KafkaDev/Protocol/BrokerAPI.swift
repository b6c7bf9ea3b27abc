import NIOCore

/// A request and its answer.
protocol BrokerAPI {
    associatedtype Request: WireValue
    associatedtype Response: WireValue

    /// Its number.
    static var key: APIKey { get }
}

extension BrokerAPI {
    /// Takes the body of a request apart.
    static func decode(_ body: ByteBuffer, version: Int16) throws(WireError) -> Request {
        var reader = WireReader(body, version: version, isFlexible: self.key.isFlexible(version))
        var request = Request()
        try request.code(&reader)
        return request
    }

    /// Makes the whole frame of an answer, its length included.
    static func frame(
        _ response: Response,
        header: RequestHeader,
        sizeHint: Int = 128
    ) throws(WireError) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: sizeHint + 64)
        frame.writeInteger(Int32(0))
        frame.writeInteger(header.correlationID)
        if self.key.hasFlexibleAnswerHeader(header.version) { frame.writeInteger(UInt8(0)) }
        var writer = WireWriter(frame, version: header.version, isFlexible: self.key.isFlexible(header.version))
        // The writer must own the only reference, or its first write copies.
        frame = ByteBuffer()
        var response = response
        try response.code(&writer)
        var output = writer.output
        guard let length = Int32(exactly: output.readableBytes - 4) else { throw .tooLong }
        output.setInteger(length, at: output.readerIndex)
        return output
    }
}

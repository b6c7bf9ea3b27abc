import NIOCore

@testable import KafkaDev

/// Requests as they stand in a frame, without its length.
enum TestRequest {
    /// The beginning of a request; its body is missing.
    static func header(_ key: Int16, _ version: Int16) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeMultipleIntegers(key, version, Int32(42), Int16(-1))
        return frame
    }

    /// A whole request.
    static func frame<API: BrokerAPI>(
        _: API.Type,
        version: Int16,
        _ build: (inout API.Request) -> Void
    ) throws -> ByteBuffer {
        var request = API.Request()
        build(&request)
        var frame = Self.header(API.key.rawValue, version)
        if API.key.isFlexible(version) { frame.writeInteger(UInt8(0)) }
        var writer = WireWriter(frame, version: version, isFlexible: API.key.isFlexible(version))
        try request.code(&writer)
        return writer.output
    }

    /// The answer in a frame with its length.
    static func response<API: BrokerAPI>(
        _: API.Type,
        _ frame: ByteBuffer,
        version: Int16
    ) throws -> API.Response {
        var frame = frame
        frame.moveReaderIndex(forwardBy: API.key.hasFlexibleAnswerHeader(version) ? 9 : 8)
        var reader = WireReader(frame, version: version, isFlexible: API.key.isFlexible(version))
        var response = API.Response()
        try response.code(&reader)
        return response
    }
}

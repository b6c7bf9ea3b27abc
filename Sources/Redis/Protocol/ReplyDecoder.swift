import CHiredis

/// Decodes replies with the `redisReader` of hiredis.
///
/// For one thread.
///
/// The reader calls back into Swift for each part instead of building `redisReply` objects, which saves one C
/// allocation and one copy per value. hiredis 0.14 itself refuses more than 7 levels of nesting and array lengths above
/// `INT_MAX`.
final class ReplyDecoder {
    /// Bytes fed at once, at best.
    ///
    /// hiredis moves the rest of its buffer down again and again while it decodes: small portions keep that cheap.
    static let feedBytesMax = 16 << 10

    private let reader: UnsafeMutablePointer<redisReader>
    private let replyBytesMax: Int
    /// Bytes since the end of the last complete reply.
    private var openBytes = 0
    fileprivate var builder = ReplyBuilder()

    /// Creates a decoder that refuses replies of more than `replyBytesMax` bytes.
    init(replyBytesMax: Int) throws(RedisError) {
        guard let reader = redisReaderCreateWithFunctions(ReplyObjectFunctions.table.pointer) else {
            throw RedisError(.system, "no memory for a reply reader")
        }
        self.reader = reader
        self.replyBytesMax = replyBytesMax
        // Unretained: the reader calls back only inside `redisReaderGetReply`, called by `self`.
        reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        redisReaderFree(self.reader)
    }

    /// Hands received bytes to the reader, which copies them.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        self.openBytes += bytes.count
        guard redisReaderFeed(self.reader, base.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK else {
            throw self.readerError()
        }
    }

    /// The next complete reply, or `nil` when more bytes are needed.
    ///
    /// - Throws: `.protocolViolation`; the connection must then be closed, since the reader has lost its place.
    func next() throws(RedisError) -> RedisValue? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(self.reader, &object) == REDIS_OK else { throw self.readerError() }
        guard object != nil, let value = self.builder.take() else {
            guard self.openBytes <= self.replyBytesMax else {
                throw RedisError(.protocolViolation, "a reply is longer than \(self.replyBytesMax) bytes")
            }
            return nil
        }
        self.openBytes = self.reader.pointee.len - self.reader.pointee.pos
        return value
    }

    private func readerError() -> RedisError {
        let text = withUnsafeBytes(of: self.reader.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolViolation, text)
    }
}

/// The callbacks of `redisReader`.
///
/// Each runs inside `redisReaderGetReply`, on the thread of the decoder.
private struct ReplyObjectFunctions: @unchecked Sendable {
    /// Unchecked because the table is written once, here, and only read by hiredis.
    static let table = ReplyObjectFunctions()

    let pointer: UnsafeMutablePointer<redisReplyObjectFunctions>

    private init() {
        self.pointer = .allocate(capacity: 1)
        self.pointer.initialize(
            to: redisReplyObjectFunctions(
                createString: onString,
                createArray: onArray,
                createInteger: onInteger,
                createNil: onNil,
                freeObject: { _ in }
            )
        )
    }
}

/// What the reader takes for the reply object: any pointer but NULL, never followed.
private func withDecoder(
    _ task: UnsafePointer<redisReadTask>?,
    _ body: (inout ReplyBuilder) -> Void
) -> UnsafeMutableRawPointer? {
    guard let context = task?.pointee.privdata else { return nil }
    body(&Unmanaged<ReplyDecoder>.fromOpaque(context).takeUnretainedValue().builder)
    return context
}

private func onString(
    task: UnsafePointer<redisReadTask>?,
    bytes: UnsafeMutablePointer<CChar>?,
    count: Int
) -> UnsafeMutableRawPointer? {
    let raw = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
    return withDecoder(task) { builder in
        switch task?.pointee.type {
        case REDIS_REPLY_STATUS: builder.append(.status(String(decoding: raw, as: UTF8.self)))
        case REDIS_REPLY_ERROR: builder.append(.error(String(decoding: raw, as: UTF8.self)))
        default: builder.append(.string(Array(raw)))
        }
    }
}

private func onArray(task: UnsafePointer<redisReadTask>?, count: Int32) -> UnsafeMutableRawPointer? {
    withDecoder(task) { $0.beginArray(count: Int(count)) }
}

private func onInteger(task: UnsafePointer<redisReadTask>?, value: Int64) -> UnsafeMutableRawPointer? {
    withDecoder(task) { $0.append(.integer(value)) }
}

private func onNil(task: UnsafePointer<redisReadTask>?) -> UnsafeMutableRawPointer? {
    withDecoder(task) { $0.append(.null) }
}

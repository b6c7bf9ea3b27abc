/// Takes what libcurl receives, within limits.
///
/// For one thread.
final class ResponseCollector {
    /// Which limit the response broke.
    private(set) var isBodyTooLarge = false
    private(set) var isHeaderTooLarge = false
    private(set) var body: [UInt8] = []
    private(set) var headers: [CurlHeader] = []
    private var headerBytes = 0
    private let bodyBytesMax: Int
    private let headerBytesMax: Int

    init(bodyBytesMax: Int, headerBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
        self.headerBytesMax = headerBytesMax
    }

    /// Takes a part of the body; returns `false` to end the transfer.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard self.body.count + bytes.count <= self.bodyBytesMax else {
            self.isBodyTooLarge = true
            return false
        }
        self.body.append(contentsOf: bytes)
        return true
    }

    /// Takes one line of the header, or the status line; returns `false` to end the transfer.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self.headerBytes += bytes.count
        guard self.headerBytes <= self.headerBytesMax else {
            self.isHeaderTooLarge = true
            return false
        }
        let line = String(decoding: bytes, as: UTF8.self)
        // A status line begins a new header: that of an interim response (100) before it is forgotten.
        guard !line.hasPrefix("HTTP/") else {
            self.headers = []
            return true
        }
        guard let colon = line.firstIndex(of: ":") else { return true }
        self.headers.append(CurlHeader(String(line[..<colon]), Self.trimmed(line[line.index(after: colon)...])))
        return true
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}

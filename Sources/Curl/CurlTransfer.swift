import CCurl
import ServerRuntime
import Synchronization

/// One request on one easy handle.
///
/// Blocks its thread until the response, the deadline or the cancellation.
final class CurlTransfer: Sendable {
    private let request: CurlRequest
    private let configuration: CurlConfiguration
    private let deadline: Deadline
    private let bodyBytesMax: Int
    private let isCancelled = Atomic(false)

    init(_ request: CurlRequest, configuration: CurlConfiguration, deadline: Deadline, bodyBytesMax: Int) {
        self.request = request
        self.configuration = configuration
        self.deadline = deadline
        self.bodyBytesMax = bodyBytesMax
    }

    /// Ends the transfer soon: libcurl asks about once a second, and whenever bytes move.
    func cancel() {
        self.isCancelled.store(true, ordering: .relaxed)
    }

    /// Sends the request and returns the response; on a thread that may block.
    func perform() throws(CurlError) -> CurlResponse {
        let timeout = self.deadline.remainingMilliseconds
        // 0 would mean no limit to libcurl.
        guard timeout > 0 else { throw CurlError(.deadlineExceeded, "the deadline passed before a thread was free") }
        var handle = try CurlHandle()
        let collector = ResponseCollector(
            bodyBytesMax: self.bodyBytesMax,
            headerBytesMax: self.configuration.headerBytesMax
        )
        try self.setLimits(of: handle, timeout: Int(timeout))
        try self.setCallbacks(of: handle, collector)
        try self.setRequest(of: &handle)
        // The collector and the body are used by C until `curl_easy_perform` has returned.
        let code = withExtendedLifetime(collector) { self.performWithBody(handle) }
        guard code == CURLE_OK else { throw self.error(code, handle, collector) }
        return CurlResponse(
            status: handle.number(CURLINFO_RESPONSE_CODE),
            headers: collector.headers,
            body: collector.body
        )
    }

    private func setLimits(of handle: borrowing CurlHandle, timeout: Int) throws(CurlError) {
        // Without it libcurl uses SIGALRM, which a program with threads must not.
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_TIMEOUT_MS, timeout)
        let connect = Int(self.configuration.connectTimeout.milliseconds(rounding: .up))
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, min(timeout, connect)))
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try handle.set(CURLOPT_FOLLOWLOCATION, 0)
        try handle.set(CURLOPT_PROXY, self.configuration.proxy)
        try handle.set(CURLOPT_NETRC, 0)
        if !self.configuration.userAgent.isEmpty { try handle.set(CURLOPT_USERAGENT, self.configuration.userAgent) }
    }

    private func setCallbacks(of handle: borrowing CurlHandle, _ collector: ResponseCollector) throws(CurlError) {
        let context = Unmanaged.passUnretained(collector).toOpaque()
        try handle.set(CURLOPT_WRITEDATA, context)
        try handle.set(CURLOPT_WRITEFUNCTION, onBody)
        try handle.set(CURLOPT_HEADERDATA, context)
        try handle.set(CURLOPT_HEADERFUNCTION, onHeader)
        try handle.set(CURLOPT_NOPROGRESS, 0)
        try handle.set(CURLOPT_XFERINFODATA, Unmanaged.passUnretained(self).toOpaque())
        guard curl_shim_setopt_xferinfo(handle.raw, onProgress) == CURLE_OK else {
            throw CurlError(.transferFailed, "no progress function")
        }
    }

    private func setRequest(of handle: inout CurlHandle) throws(CurlError) {
        try handle.set(CURLOPT_URL, self.request.url)
        if self.request.method == "HEAD" { try handle.set(CURLOPT_NOBODY, 1) }
        try handle.set(CURLOPT_CUSTOMREQUEST, self.request.method)
        var lines = self.request.headers.map(\.line)
        if self.request.body != nil {
            let names = Set(self.request.headers.map { $0.name.lowercased() })
            // libcurl would call any body a form, and would wait for `100 Continue` before a long one.
            if !names.contains("content-type") { lines.append("Content-Type:") }
            if !names.contains("expect") { lines.append("Expect:") }
        }
        try handle.setHeaders(lines)
    }

    private func performWithBody(_ handle: borrowing CurlHandle) -> CURLcode {
        guard let body = self.request.body, self.request.method != "HEAD" else { return curl_easy_perform(handle.raw) }
        return body.withUnsafeBytes { bytes in
            // An empty body has no address, but NULL would make libcurl call the read function.
            withUnsafePointer(to: 0 as UInt8) { empty in
                let pointer = bytes.baseAddress ?? UnsafeRawPointer(empty)
                do throws(CurlError) {
                    try handle.set(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
                    try handle.set(CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: pointer))
                } catch {
                    return CURLE_OUT_OF_MEMORY
                }
                return curl_easy_perform(handle.raw)
            }
        }
    }

    private func error(_ code: CURLcode, _ handle: borrowing CurlHandle, _ collector: ResponseCollector) -> CurlError {
        let wasSent = handle.number(CURLINFO_REQUEST_SIZE) > 0
        let kind: CurlError.Code
        var message = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            kind = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            kind = .cannotConnect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER:
            kind = .tlsFailure
        case CURLE_OPERATION_TIMEDOUT:
            kind = .deadlineExceeded
        case CURLE_ABORTED_BY_CALLBACK:
            kind = .cancelled
        default:
            kind = collector.isBodyTooLarge ? .bodyTooLarge : .transferFailed
            if collector.isBodyTooLarge { message = "the body is longer than \(self.bodyBytesMax) bytes" }
            if collector.isHeaderTooLarge { message = "the header is too long" }
        }
        return CurlError(kind, message, curlCode: Int(code.rawValue), mayHaveBeenApplied: wasSent)
    }

    fileprivate var shouldStop: Bool { self.isCancelled.load(ordering: .relaxed) }
}

/// libcurl → Swift, inside `curl_easy_perform`, on its thread.
///
/// Another number than `size * count` ends the transfer.
private func onBody(
    bytes: UnsafeMutablePointer<CChar>?,
    size: Int,
    count: Int,
    context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let collector = Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue()
    return collector.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : -1
}

/// libcurl → Swift, once for each line of the header; see `onBody`.
private func onHeader(
    bytes: UnsafeMutablePointer<CChar>?,
    size: Int,
    count: Int,
    context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let collector = Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue()
    return collector.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : -1
}

/// libcurl → Swift, about once a second; anything but 0 ends the transfer.
private func onProgress(context: UnsafeMutableRawPointer?, _: Int, _: Int, _: Int, _: Int) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().shouldStop ? 1 : 0
}

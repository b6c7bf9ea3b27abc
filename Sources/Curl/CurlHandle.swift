import CCurl

/// Sole owner of a `CURL *` easy handle and of the header list that it uses.
///
/// For one thread at a time.
struct CurlHandle: ~Copyable {
    /// `curl_global_init` must run once, before any handle.
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    let raw: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?

    init() throws(CurlError) {
        guard Self.isInitialised, let raw = curl_easy_init() else {
            throw CurlError(.transferFailed, "libcurl cannot be initialised")
        }
        self.raw = raw
    }

    deinit {
        curl_easy_cleanup(self.raw)
        curl_slist_free_all(self.headers)
    }

    borrowing func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try self.check(curl_shim_setopt_long(self.raw, option, value), option)
    }

    /// Sets a text, which libcurl copies.
    borrowing func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        try self.check(curl_shim_setopt_string(self.raw, option, value), option)
    }

    /// Sets a pointer, which must stay valid as long as the handle uses it.
    borrowing func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(CurlError) {
        try self.check(curl_shim_setopt_pointer(self.raw, option, value), option)
    }

    /// Sets a function that takes received bytes.
    borrowing func set(_ option: CURLoption, _ function: curl_write_callback) throws(CurlError) {
        try self.check(curl_shim_setopt_write(self.raw, option, function), option)
    }

    /// Sets the header lines.
    mutating func setHeaders(_ lines: [String]) throws(CurlError) {
        for line in lines {
            guard let longer = curl_slist_append(self.headers, line) else {
                throw CurlError(.transferFailed, "no memory for the header")
            }
            self.headers = longer
        }
        try self.set(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(self.headers))
    }

    /// A number about the transfer; 0 when libcurl does not know it.
    borrowing func number(_ info: CURLINFO) -> Int {
        var value = 0
        guard curl_shim_getinfo_long(self.raw, info, &value) == CURLE_OK else { return 0 }
        return value
    }

    private borrowing func check(_ code: CURLcode, _ option: CURLoption) throws(CurlError) {
        guard code == CURLE_OK else {
            let message = "option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))"
            throw CurlError(.invalidRequest, message, curlCode: Int(code.rawValue))
        }
    }
}

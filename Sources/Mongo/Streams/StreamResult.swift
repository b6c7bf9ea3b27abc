import CMongoc

/// What a function of a stream returns, with the value for a stream that is not there.
protocol StreamResult {
    static var failure: Self { get }
}

extension Int: StreamResult {
    static var failure: Int { -1 }
}

extension Int32: StreamResult {
    static var failure: Int32 { -1 }
}

extension Bool: StreamResult {
    static var failure: Bool { true }
}

extension UnsafeMutablePointer<mongoc_stream_t>?: StreamResult {
    static var failure: UnsafeMutablePointer<mongoc_stream_t>? { nil }
}

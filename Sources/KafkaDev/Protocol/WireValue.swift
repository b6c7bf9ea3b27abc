/// A part of a message: one description that reads and writes it.
protocol WireValue {
    /// The value that reading starts from.
    init()

    /// Reads this value from the coder, or writes it to it.
    mutating func code(_ coder: inout some WireCoder) throws(WireError)
}

extension Int32: WireValue {
    mutating func code(_ coder: inout some WireCoder) throws(WireError) {
        try coder.int32(&self)
    }
}

extension Int64: WireValue {
    mutating func code(_ coder: inout some WireCoder) throws(WireError) {
        try coder.int64(&self)
    }
}

extension String: WireValue {
    mutating func code(_ coder: inout some WireCoder) throws(WireError) {
        try coder.string(&self)
    }
}

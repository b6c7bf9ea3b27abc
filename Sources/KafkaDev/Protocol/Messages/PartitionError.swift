/// The result of a request for one partition, where nothing but success or failure is told.
struct PartitionError: WireValue, Equatable {
    var index: Int32 = 0
    var error = ErrorCode.none

    mutating func code(_ coder: inout some WireCoder) throws(WireError) {
        try coder.int32(&self.index)
        try coder.error(&self.error)
        try coder.tags()
    }
}

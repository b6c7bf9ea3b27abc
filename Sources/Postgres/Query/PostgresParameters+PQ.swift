import CPq

extension PostgresParameters {
    /// What libpq's `PQsendQueryParams` and its kin take; valid during `withPQArguments` only.
    struct PQArguments {
        /// How many.
        let count: Int32
        /// Their types.
        let types: UnsafePointer<Oid>?
        /// Where each value lies; nil is NULL.
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        /// The length of each value.
        let lengths: UnsafePointer<Int32>?
        /// All 1: binary.
        let formats: UnsafePointer<Int32>?
    }

    /// Calls `body` with the parameters in the form that libpq takes; nothing is copied.
    func withPQArguments<Result, Failure: Error>(
        _ body: (PQArguments) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let count = self.count
        // libpq reads none of these bytes: it stands for the address of values that have none.
        var empty: CChar = 0
        return try withUnsafePointer(to: &empty) { empty throws(Failure) in
            try self.bytes.withUnsafeBufferPointer { bytes throws(Failure) in
                try self.types.withUnsafeBufferPointer { types throws(Failure) in
                    try self.lengths.withUnsafeBufferPointer { lengths throws(Failure) in
                        try Self.withValues(lengths, bytes, empty) { (values, formats) throws(Failure) in
                            // A PostgresType is one object id and nothing else.
                            let oids = UnsafeRawPointer(types.baseAddress)?.assumingMemoryBound(to: Oid.self)
                            return try body(
                                PQArguments(
                                    count: Int32(clamping: count),
                                    types: oids,
                                    values: values,
                                    lengths: lengths.baseAddress,
                                    formats: formats
                                )
                            )
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` with the address of each value, and as many times the number of the binary format.
    private static func withValues<Result, Failure: Error>(
        _ lengths: UnsafeBufferPointer<Int32>,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ empty: UnsafePointer<CChar>,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: lengths.count) {
            values throws(Failure) in
            try withUnsafeTemporaryAllocation(of: Int32.self, capacity: lengths.count) { formats throws(Failure) in
                formats.initialize(repeating: 1)
                let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
                var offset = 0
                for (index, length) in lengths.enumerated() {
                    values.initializeElement(at: index, to: length < 0 ? nil : base?.advanced(by: offset) ?? empty)
                    offset += Int(max(0, length))
                }
                return try body(UnsafePointer(values.baseAddress), UnsafePointer(formats.baseAddress))
            }
        }
    }
}

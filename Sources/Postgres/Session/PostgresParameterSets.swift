import CPq

/// The values of many runs of one statement, in one piece of memory.
struct PostgresParameterSets: Sendable {
    /// The values of all sets, one after the other.
    private var flat: PostgresParameters
    /// Values in each set.
    private let width: Int
    /// Where the bytes of each set begin.
    private let starts: [Int]

    var count: Int { self.starts.count }

    /// The types of the values of each set.
    var types: [PostgresType] { Array(self.flat.types.prefix(self.width)) }

    /// Binds the values that `bind` appends for each element.
    ///
    /// - Throws: `.invalidQuery` when number or types of the values differ; `.invalidValue`.
    init<Element>(
        _ elements: some Sequence<Element>,
        _ bind: (Element, inout PostgresValues) -> Void
    ) throws(PostgresError) {
        var values = PostgresValues(capacity: 8 * elements.underestimatedCount)
        var starts: [Int] = []
        starts.reserveCapacity(elements.underestimatedCount)
        var width: Int?
        for element in elements {
            let first = values.bound.count
            starts.append(values.bound.byteCount)
            bind(element, &values)
            let count = values.bound.count - first
            guard count == width ?? count, values.bound.repeatsTypes(from: first, count: count) else {
                throw PostgresError(.invalidQuery, "number or types of the values differ from set to set")
            }
            width = count
            if let failure = values.bound.failure {
                throw PostgresError(.invalidValue, "a value of set \(starts.count) cannot be sent", cause: failure)
            }
        }
        self.flat = values.bound
        self.width = width ?? 0
        self.starts = starts
    }

    /// Calls `body` with one set in the form that libpq takes; nothing is copied.
    func withPQArguments(
        of set: Int,
        _ body: (PostgresParameters.PQArguments) -> Int32
    ) -> Int32 {
        let (width, start) = (self.width, self.starts[set])
        return self.flat.bytes.withUnsafeBufferPointer { bytes in
            self.flat.lengths.withUnsafeBufferPointer { lengths in
                self.flat.types.withUnsafeBufferPointer { types in
                    let lengths = UnsafeBufferPointer(rebasing: lengths[set * width..<(set + 1) * width])
                    let own = UnsafeBufferPointer(rebasing: bytes[start...])
                    // A PostgresType is one object id and nothing else.
                    let oids = UnsafeRawPointer(types.baseAddress)?.assumingMemoryBound(to: Oid.self)
                    return PostgresParameters.withAddresses(lengths, own) { values, formats in
                        body(
                            PostgresParameters.PQArguments(
                                count: Int32(clamping: width),
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

extension PostgresParameters {
    fileprivate var byteCount: Int { self.bytes.count }

    /// Whether the values from `first` on have the types of the first ones.
    fileprivate func repeatsTypes(from first: Int, count: Int) -> Bool {
        for index in 0..<count where self.types[index] != self.types[first + index] { return false }
        return true
    }

    /// Calls `body` with the address of each value, and as many times the number of the binary format.
    fileprivate static func withAddresses(
        _ lengths: UnsafeBufferPointer<Int32>,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?) -> Int32
    ) -> Int32 {
        // Stands for the address of values that have no bytes; libpq reads none of it.
        var empty: CChar = 0
        return withUnsafePointer(to: &empty) { empty in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: lengths.count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: lengths.count) { formats in
                    formats.initialize(repeating: 1)
                    let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
                    var offset = 0
                    for (index, length) in lengths.enumerated() {
                        let address = length == 0 ? empty : base?.advanced(by: offset)
                        values.initializeElement(at: index, to: length < 0 ? nil : address)
                        offset += Int(max(0, length))
                    }
                    return body(UnsafePointer(values.baseAddress), UnsafePointer(formats.baseAddress))
                }
            }
        }
    }
}

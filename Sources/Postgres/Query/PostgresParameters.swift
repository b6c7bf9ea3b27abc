/// The values of a query's placeholders, in one piece of memory.
struct PostgresParameters: Sendable, Hashable {
    private(set) var types: [PostgresType] = []
    /// The length of each value; -1 is NULL.
    private(set) var lengths: [Int32] = []
    private var writer: PostgresValueWriter
    /// The number of the first parameter that cannot be sent, counted from 1 as in `$1`.
    private var refused: Int?

    init(capacity: Int = 0) {
        self.types.reserveCapacity(capacity)
        self.lengths.reserveCapacity(capacity)
        // Most values are numbers and short texts; more than that grows by itself.
        self.writer = PostgresValueWriter(capacity: 16 * capacity)
    }

    /// All values, one after the other.
    var bytes: [UInt8] {
        self.writer.bytes
    }

    var count: Int {
        self.lengths.count
    }

    /// Adds a value.
    mutating func append<Value: PostgresEncodable>(_ value: Value) {
        self.types.append(Value.postgresType)
        self.lengths.append(self.writer.writeValue(value) ?? -1)
        if self.refused == nil, self.writer.refusal != nil { self.refused = self.count }
    }

    /// Adds a value that was encoded before.
    mutating func append(_ parameter: PostgresParameter) {
        self.types.append(parameter.type)
        self.lengths.append(parameter.bytes.map { Int32(clamping: $0.count) } ?? -1)
        self.writer.write(bytes: parameter.bytes ?? [])
        if let refusal = parameter.refusal {
            self.writer.refuse(refusal)
            self.refused = self.refused ?? self.count
        }
    }

    /// The parameter at `index`, counted from 0, by itself; it costs a walk over all before it.
    subscript(index: Int) -> PostgresParameter {
        let start = self.lengths.prefix(index).reduce(0) { $0 + Int(max(0, $1)) }
        let length = Int(self.lengths[index])
        let isRefused = self.refused == index + 1
        return PostgresParameter(
            type: self.types[index],
            bytes: length < 0 ? nil : Array(self.writer.bytes[start..<start + length]),
            refusal: isRefused ? self.writer.refusal : nil
        )
    }

    /// The error of the first value that cannot be sent; it names the rule and never the value.
    var failure: PostgresError? {
        guard let refused, let rule = self.writer.refusal else { return nil }
        return PostgresError(.invalidValue, "parameter $\(refused) cannot be sent: \(rule)")
    }
}

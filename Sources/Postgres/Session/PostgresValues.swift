/// A set of values for the placeholders of a statement, in their order.
public struct PostgresValues: Sendable {
    private(set) var bound: PostgresParameters

    init(capacity: Int) {
        self.bound = PostgresParameters(capacity: capacity)
    }

    /// Adds values that were bound before.
    mutating func append(contentsOf values: PostgresParameters) {
        for index in 0..<values.count { self.bound.append(values[index]) }
    }

    /// Adds the value of the next placeholder.
    public mutating func append(_ value: some PostgresEncodable) {
        self.bound.append(value)
    }

    /// Adds a value or NULL.
    public mutating func append<Value: PostgresEncodable>(_ value: Value?) {
        self.bound.append(value)
    }
}

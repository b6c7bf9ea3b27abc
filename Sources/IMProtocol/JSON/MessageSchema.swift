/// The fields of one message, in the order of its .proto file, which is the order they have in JSON.
struct MessageSchema: Sendable {
    let name: String
    let fields: [FieldSchema]
    /// The position in `fields` by field number; -1 where there is none.
    private let positions: [Int]
    /// The position in `fields` by name as written and by name in lower case.
    private let names: [String: Int]

    init(name: String, fields: [FieldSchema]) {
        self.name = name
        self.fields = fields
        var positions = [Int](repeating: -1, count: (fields.map(\.number).max() ?? 0) + 1)
        var names: [String: Int] = [:]
        for (position, field) in fields.enumerated() {
            positions[field.number] = position
            names[field.name.asciiLowercased()] = position
        }
        for (position, field) in fields.enumerated() {
            names[field.name] = position
        }
        self.positions = positions
        self.names = names
    }

    /// The position of field `number`.
    func position(of number: Int) -> Int? {
        guard self.positions.indices.contains(number), self.positions[number] >= 0 else { return nil }
        return self.positions[number]
    }

    /// The position of the field that a JSON member called `name` means, in whatever case it is written.
    func position(named name: String) -> Int? {
        self.names[name] ?? self.names[name.asciiLowercased()]
    }
}

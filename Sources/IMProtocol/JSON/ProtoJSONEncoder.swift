/// Turns protobuf's binary form into JSON.
struct ProtoJSONEncoder {
    /// The values of one message, grouped by field without a list for each: every value points to the next of its field.
    private struct Values {
        private var values: [(field: WireField, next: Int)] = []
        /// For each field the indices of its first and last value, -1 for none.
        private var ends: [(first: Int, last: Int)]

        init(fieldCount: Int) {
            self.ends = [(first: Int, last: Int)](repeating: (-1, -1), count: fieldCount)
        }

        mutating func append(_ field: WireField, position: Int) {
            let index = self.values.count
            self.values.append((field, -1))
            if self.ends[position].last >= 0 {
                self.values[self.ends[position].last].next = index
            } else {
                self.ends[position].first = index
            }
            self.ends[position].last = index
        }

        func last(_ position: Int) -> WireField? {
            let index = self.ends[position].last
            return index >= 0 ? self.values[index].field : nil
        }

        func all(_ position: Int) -> some Sequence<WireField> {
            sequence(state: self.ends[position].first) { index in
                guard index >= 0 else { return nil }
                defer { index = self.values[index].next }
                return self.values[index].field
            }
        }
    }

    private let binary: [UInt8]
    private(set) var writer = JSONWriter()

    init(_ binary: [UInt8]) {
        self.binary = binary
    }

    /// Writes the message that lies in `range`.
    ///
    /// Fields that the schema does not know are skipped.
    mutating func writeMessage(_ range: Range<Int>, _ schema: MessageSchema) throws(JSONMappingError) {
        let values = try self.values(range, schema)
        var isFirst = true
        self.writer.write(byte: "{")
        for (position, field) in schema.fields.enumerated() {
            if case .map = field.label, values.last(position) == nil { continue }
            if !isFirst { self.writer.write(byte: ",") }
            isFirst = false
            self.writer.write(string: field.name)
            self.writer.write(byte: ":")
            switch field.label {
            case .single, .optional: try self.writeSingle(values.last(position), field)
            case .repeated: try self.writeList(values, position, field)
            case .map(let key): try self.writeMap(values, position, key: key, field)
            }
        }
        self.writer.write(byte: "}")
    }

    /// Sorts the values of a message by field.
    private func values(_ range: Range<Int>, _ schema: MessageSchema) throws(JSONMappingError) -> Values {
        var values = Values(fieldCount: schema.fields.count)
        var reader = WireReader(self.binary, range)
        var openGroups = 0
        while let value = try reader.next() {
            switch value.type {
            case .startGroup: openGroups += 1
            case .endGroup: openGroups -= 1
            default:
                guard openGroups == 0, let position = schema.position(of: value.number) else { continue }
                guard schema.fields[position].accepts(value.type) else { continue }
                values.append(value, position: position)
            }
        }
        return values
    }

    private mutating func writeSingle(_ value: WireField?, _ field: FieldSchema) throws(JSONMappingError) {
        if let value {
            if case .scalar(.bytes) = field.kind, field.label == .optional, value.range.isEmpty {
                // Go tells an empty slice, which is there, from none.
                self.writer.write(string: "")
            } else {
                try self.writeValue(value, field.kind)
            }
        } else if case .scalar(let kind) = field.kind, field.label == .single {
            try self.writeScalar(WireField(number: field.number, type: kind.wireType), kind)
        } else {
            self.writer.writeNull()
        }
    }

    private mutating func writeList(
        _ values: Values,
        _ position: Int,
        _ field: FieldSchema
    ) throws(JSONMappingError) {
        var count = 0
        for value in values.all(position) {
            guard case .scalar(let kind) = field.kind, value.type != kind.wireType else {
                self.writer.write(byte: count == 0 ? "[" : ",")
                try self.writeValue(value, field.kind)
                count += 1
                continue
            }
            var reader = WireReader(self.binary, value.range)
            while let number = try reader.nextPacked(kind.wireType) {
                self.writer.write(byte: count == 0 ? "[" : ",")
                try self.writeScalar(WireField(number: 0, type: kind.wireType, value: number), kind)
                count += 1
            }
        }
        if count == 0 {
            self.writer.writeNull()
        } else {
            self.writer.write(byte: "]")
        }
    }

    /// Writes the entries in the order of their keys' bytes; of equal keys the last entry.
    private mutating func writeMap(
        _ values: Values,
        _ position: Int,
        key keyKind: ScalarKind,
        _ field: FieldSchema
    ) throws(JSONMappingError) {
        var entries: [(key: [UInt8], value: WireField)] = []
        for entry in values.all(position) {
            var key = WireField(number: 1, type: keyKind.wireType)
            var value = WireField(number: 2, type: field.kind.wireType)
            var reader = WireReader(self.binary, entry.range)
            while let part = try reader.next() {
                if part.number == 1, part.type == key.type { key = part }
                if part.number == 2, part.type == value.type { value = part }
            }
            entries.append((try self.keyText(key, keyKind), value))
        }
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        self.writer.write(byte: "{")
        var isFirst = true
        for (index, entry) in entries.enumerated() {
            if index + 1 < entries.count, entries[index + 1].key == entry.key { continue }
            if !isFirst { self.writer.write(byte: ",") }
            isFirst = false
            self.writer.write(string: entry.key)
            self.writer.write(byte: ":")
            try self.writeValue(entry.value, field.kind)
        }
        self.writer.write(byte: "}")
    }

    /// A key of a map as text, without quotes and escapes.
    private func keyText(_ key: WireField, _ kind: ScalarKind) throws(JSONMappingError) -> [UInt8] {
        if kind == .string { return Array(self.binary[key.range]) }
        var scratch = ProtoJSONEncoder(self.binary)
        try scratch.writeScalar(key, kind)
        return scratch.writer.bytes
    }

    private mutating func writeValue(_ value: WireField, _ kind: FieldKind) throws(JSONMappingError) {
        switch kind {
        case .scalar(let scalar): try self.writeScalar(value, scalar)
        case .message(let index): try self.writeMessage(value.range, MessageSchemas.all.list[index])
        case .wrapper(let scalar):
            var inner = WireField(number: 1, type: scalar.wireType)
            var reader = WireReader(self.binary, value.range)
            while let part = try reader.next() {
                if part.number == 1, part.type == inner.type { inner = part }
            }
            try self.writeScalar(inner, scalar)
        }
    }

    private mutating func writeScalar(_ value: WireField, _ kind: ScalarKind) throws(JSONMappingError) {
        switch kind {
        case .string: self.writer.write(string: self.binary[value.range])
        case .bytes:
            guard !value.range.isEmpty else { return self.writer.writeNull() }
            self.writer.write(byte: "\"")
            self.writer.write(raw: Base64.encode(self.binary[value.range]))
            self.writer.write(byte: "\"")
        case .bool: self.writer.write(value.value != 0)
        case .int32, .enum: self.writer.write(Int32(truncatingIfNeeded: value.value))
        case .int64: self.writer.write(Int64(bitPattern: value.value))
        case .uint32: self.writer.write(UInt32(truncatingIfNeeded: value.value))
        case .uint64: self.writer.write(value.value)
        case .double: try self.writeDouble(Double(bitPattern: value.value))
        case .float: try self.writeDouble(Double(Float(bitPattern: UInt32(truncatingIfNeeded: value.value))))
        }
    }

    private mutating func writeDouble(_ value: Double) throws(JSONMappingError) {
        guard value.isFinite else {
            throw JSONMappingError(path: "", expected: "a finite number", found: "one that JSON cannot hold")
        }
        self.writer.write(finite: value)
    }
}

extension FieldKind {
    /// How one value of the kind is written in binary form.
    fileprivate var wireType: WireType {
        guard case .scalar(let kind) = self else { return .lengthDelimited }
        return kind.wireType
    }
}

extension FieldSchema {
    /// Whether the field's values come in this form; others count as unknown fields.
    ///
    /// Lists of numbers may be packed.
    fileprivate func accepts(_ type: WireType) -> Bool {
        if case .map = self.label { return type == .lengthDelimited }
        return type == self.kind.wireType || (self.label == .repeated && type == .lengthDelimited)
    }
}

/// A JSON number as it was written, so that 64-bit integers lose nothing.
package struct JSONNumber: Sendable, Hashable {
    /// The number in JSON's grammar.
    package let text: String

    /// Wraps a text that is known to follow the grammar.
    init(unchecked text: String) {
        self.text = text
    }

    /// The number `value`.
    package init(_ value: some FixedWidthInteger) {
        self.text = String(value)
    }

    /// The value, when the number is an integer without fraction and exponent that fits `Integer`.
    package func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        Integer(self.text)
    }

    /// The value rounded to a double; nil when it is beyond the greatest one.
    package var double: Double? {
        guard let value = Double(self.text), value.isFinite else { return nil }
        return value
    }

    /// The value rounded to a float; nil when it is beyond the greatest one.
    package var float: Float? {
        guard let value = Float(self.text), value.isFinite else { return nil }
        return value
    }
}

/// A scalar on its way into the binary form.
enum WireScalar {
    case number(UInt64)
    case bytes([UInt8])

    /// Whether proto3 leaves the value out of a field without presence.
    private var isZero: Bool {
        switch self {
        case .number(let number): number == 0
        case .bytes(let bytes): bytes.isEmpty
        }
    }

    /// Writes the scalar as field `number`, unless it is zero and zero is what an absent field means.
    func write(_ number: Int, _ type: WireType, keepsZero: Bool, to writer: inout WireWriter) {
        guard keepsZero || !self.isZero else { return }
        switch self {
        case .number(let value): writer.write(number, type, value)
        case .bytes(let bytes): writer.write(number, bytes)
        }
    }
}

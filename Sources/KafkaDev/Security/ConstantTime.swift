/// Comparison of secrets.
enum ConstantTime {
    /// Whether two values are equal, in a time that depends on their lengths only.
    static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        guard first.count == second.count else { return false }
        var difference: UInt8 = 0
        for index in first.indices { difference |= first[index] ^ second[index] }
        return difference == 0
    }
}

/// Values of Kafka records as OpenIM v3.8 writes them.
enum RecordVectors {
    /// One message with seq 6 after seq 5.
    static let toMongo = bytes(
        """
        0805120e73695f75736572315f75736572321a85010a05757365723112057573657232222035663363376130653962316434633266386136\
        653064316232633366346135622a20396531303764396433373262623638323662643831643335343261343139643630013a03416e6e4801\
        5064586562107b22636f6e74656e74223a226869227d700678fbd095ffbc31800180d095ffbc31880101
        """
    )

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

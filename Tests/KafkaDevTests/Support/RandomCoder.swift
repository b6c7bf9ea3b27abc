import NIOCore
import TestKit

@testable import KafkaDev

/// Fills messages with chance instead of reading them.
struct RandomCoder: WireCoder {
    static let isReading = true
    let version: Int16
    var random: SeededGenerator

    mutating func int8(_ value: inout Int8) {
        value = .random(in: .min ... .max, using: &self.random)
    }

    mutating func int16(_ value: inout Int16) {
        value = .random(in: .min ... .max, using: &self.random)
    }

    mutating func int32(_ value: inout Int32) {
        value = .random(in: .min ... .max, using: &self.random)
    }

    mutating func int64(_ value: inout Int64) {
        value = .random(in: .min ... .max, using: &self.random)
    }

    // Never null, for the coder does not know where null is allowed.
    mutating func nullableString(_ value: inout String?) {
        let length = Int.random(in: 0...200, using: &self.random)
        value = String((0..<length).map { _ in "aäz-.€😀".randomElement(using: &self.random) ?? "a" })
    }

    mutating func nullableBytes(_ value: inout ByteBuffer?) {
        let length = Int.random(in: 0...300, using: &self.random)
        value = ByteBuffer(bytes: (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &self.random) })
    }

    mutating func arrayCount(_ count: Int?) -> Int? {
        Int.random(in: 0...3, using: &self.random)
    }

    mutating func tags() {}
}

import Foundation
import Glibc

/// Something that a member has done, with the time of the machine's clock, which all processes share.
struct KafkaConsumerEvent: Sendable {
    enum Kind: String {
        /// It begins to read at this offset.
        case start
        /// The record was handed on.
        case handedOn
        /// Its work is done; it is acknowledged after this.
        case done
    }

    var time: UInt64
    var kind: Kind
    var member: String
    var partition: Int32
    var generation: Int32
    var offset: Int64
    /// The key and the number that the producer gave to the record.
    var key: Int
    var sequence: Int

    /// Nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    var line: String {
        "\(self.time) \(self.kind) \(self.member) \(self.partition) \(self.generation) \(self.offset) \(self.key) "
            + "\(self.sequence)\n"
    }

    /// Reads a line; `nil` for one that a killed process has not finished.
    init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 8, let time = UInt64(words[0]), let kind = Kind(rawValue: String(words[1])),
            let partition = Int32(words[3]), let generation = Int32(words[4]), let offset = Int64(words[5]),
            let key = Int(words[6]), let sequence = Int(words[7])
        else { return nil }
        self.time = time
        self.kind = kind
        self.member = String(words[2])
        self.partition = partition
        self.generation = generation
        self.offset = offset
        self.key = key
        self.sequence = sequence
    }

    init(_ kind: Kind, _ member: String, _ partition: Int32, _ generation: Int32, offset: Int64, value: [UInt8] = []) {
        self.time = Self.now
        self.kind = kind
        self.member = member
        self.partition = partition
        self.generation = generation
        self.offset = offset
        let numbers = String(decoding: value, as: UTF8.self).split(separator: "/").compactMap { Int($0) }
        self.key = numbers.first ?? -1
        self.sequence = numbers.last ?? -1
    }
}

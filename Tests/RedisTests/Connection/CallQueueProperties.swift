import ServerRuntime
import TestKit
import Testing

@testable import Redis

/// Random schedules of a queue, its sender and a server that answers each call with its number.
@Suite struct CallQueueProperties {
    private struct Model {
        var queue = CallQueue.roomy()
        var wire: [UInt8] = []
        var bytesSent = 0
        /// What the server has received and not answered; every call is four bytes, its number.
        var received: [UInt8] = []
        var calls: [WaitingCall] = []
        var wasSent: Set<Int> = []

        /// Lets the socket take up to `count` bytes, and notes whose first byte went out.
        mutating func send(upTo count: Int) {
            if self.wire.isEmpty { self.queue.take(into: &self.wire) }
            let count = min(count, self.wire.count)
            self.received += self.wire.prefix(count)
            self.wire.removeFirst(count)
            self.bytesSent += count
        }

        mutating func answer() throws(RedisError) {
            var replies: [RedisValue] = []
            while self.received.count >= 4 {
                replies.append(.integer(Int64(Self.number(self.received.prefix(4)))))
                self.wasSent.insert(Self.number(self.received.prefix(4)))
                self.received.removeFirst(4)
            }
            try self.queue.receive(replies)
        }

        mutating func cut() {
            let isCutInside = !self.received.count.isMultiple(of: 4)
            for start in stride(from: 0, to: self.received.count - 3, by: 4) {
                self.wasSent.insert(Self.number(self.received[start..<start + 4]))
            }
            if isCutInside, self.wire.count >= 4 - self.received.count % 4 {
                let tail = self.received.suffix(self.received.count % 4)
                self.wasSent.insert(Self.number((tail + self.wire.prefix(4 - tail.count))[...]))
            }
            self.queue.connectionLost(
                bytesSent: self.bytesSent,
                unsent: self.wire[...],
                error: RedisError(.connectionLost, "cut")
            ).resume()
            (self.wire, self.received, self.bytesSent) = ([], [], 0)
        }

        static func bytes(_ number: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }

        private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
            Int(String(decoding: bytes, as: UTF8.self)) ?? -1
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `every call ends once, with its own reply or with an error that tells whether it was sent`(
        seed: Seed
    ) async throws {
        var random = seed.generator()
        var model = Model()
        for step in 0..<2_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let call = await WaitingCall()
                let number = model.calls.count
                #expect(model.queue.submit(Model.bytes(number), UInt64(number), call) == nil, "\(seed), step \(step)")
                model.calls.append(call)
            case 4..<6:
                model.send(upTo: Int.random(in: 1...40, using: &random))
            case 6..<8:
                try model.answer()
            case 8:
                let number = Int.random(in: 0...max(0, model.calls.count), using: &random)
                model.queue.cancel(ticket: UInt64(number), error: RedisError(.cancelled, "cancelled"))?.resume()
            default:
                if Int.random(in: 0..<20, using: &random) == 0 { model.cut() }
            }
        }
        model.cut()
        model.queue.failQueued(RedisError(.closed, "closed")).resume()
        #expect(model.queue.isEmpty && model.queue.commandCount == 0, "\(seed)")
        for (number, call) in model.calls.enumerated() {
            switch await call.outcome {
            case .success(let replies):
                #expect(replies == [.integer(Int64(number))], "\(seed), call \(number)")
            case .failure(let error):
                if model.wasSent.contains(number), error.code != .cancelled {
                    #expect(error.mayHaveBeenApplied, "\(seed), call \(number)")
                }
                if !error.mayHaveBeenApplied {
                    #expect(!model.wasSent.contains(number), "\(seed), call \(number)")
                }
            }
        }
    }
}

import Kafka
import Logging
import ServerRuntime

struct Unpayable: Error, CustomStringConvertible {
    let description: String
}

/// Stands for the work on a record.
func bill(_ order: KafkaRecord) throws -> String {
    let text = String(decoding: order.value ?? [], as: UTF8.self)
    guard let cents = Int(text) else { throw Unpayable(description: "\(text) is no amount") }
    return "\(String(decoding: order.key ?? [], as: UTF8.self)) pays \(cents)"
}

let address = CommandLine.arguments.dropFirst().first ?? "127.0.0.1:9092"
let logger = Logger(label: "example")
let connection = KafkaConnectionConfiguration(bootstrapServers: [address], clientID: "example")
let admin = try KafkaAdmin(connection, logger: logger)
let producer = try KafkaProducer(KafkaProducerConfiguration(connection), logger: logger)
let deadLetters = KafkaDeadLetters(producer: producer)

var membership = KafkaConsumerConfiguration(
    connection,
    groupID: "example.billing",
    topics: ["example.orders"],
    autoOffsetReset: .earliest
)
membership.acknowledgementWindow = KafkaAcknowledgementWindow()
let consumer = try KafkaConsumer(membership, logger: logger)
let (results, source) = AsyncStream.makeStream(of: String.self)

/// Runs once for every partition that this member has.
func work(on partition: KafkaPartition) async throws {
    try await partition.start(at: .committed)
    for try await batch in partition.batches {
        // All of a batch at once: acknowledgements may come in any order.
        try await withThrowingTaskGroup(of: Void.self) { orders in
            for order in batch {
                orders.addTask {
                    do {
                        source.yield(try bill(order))
                    } catch {
                        // It must not hold up those behind it.
                        try await deadLetters.add(order, reason: "\(error)")
                        source.yield("one order is set aside")
                    }
                    try partition.acknowledge(order)
                }
            }
            try await orders.waitForAll()
        }
    }
}

/// Reads what was set aside, without a group.
func showDeadLetters() async throws {
    let log = try KafkaLogReader(connection, logger: logger)
    let topic = deadLetters.topic(of: "example.orders")
    let soon = Deadline.after(.seconds(10))
    let (low, high) = try await log.watermarks(topic: topic, partition: 0, deadline: soon)
    try await log.read(topic: topic, partition: 0, from: low, to: high, deadline: soon) { records in
        for letter in try records.map({ try KafkaDeadLetter($0) }) {
            print("\(letter.record.topic) has a dead letter: \(letter.reason)")
        }
    }
}

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await admin.run() }
    group.addTask { try await producer.run() }
    defer { group.cancelAll() }

    // Each topic has an outcome of its own; a call throws when nothing could be done for any.
    let topics = [
        KafkaNewTopic("example.orders", partitions: 3, replication: 1),
        KafkaNewTopic(deadLetters.topic(of: "example.orders"), partitions: 1, replication: 1),
    ]
    for (_, result) in try await admin.createTopics(topics, deadline: .after(.seconds(10))) { try result.get() }

    // Records with equal keys go to the same partition and stay in order. All are sent before the first is answered.
    let orders = [("Ann", "1200"), ("Ben", "350"), ("Cem", "free"), ("Dora", "80"), ("Ann", "15")].map { name, cents in
        KafkaProducerRecord(topic: "example.orders", key: Array(name.utf8), value: Array(cents.utf8))
    }
    for delivery in await producer.send(orders) { _ = try delivery.get() }

    let member = Task {
        defer { source.finish() }
        try await consumer.run(work(on:))
    }
    var lines: [String] = []
    for await line in results.prefix(orders.count) { lines.append(line) }
    // The streams of all partitions end, what is acknowledged is committed, and the member leaves its group.
    member.cancel()
    try await member.value
    print(lines.sorted().joined(separator: "\n"))

    let lags = try await admin.groupLag("example.billing", deadline: .after(.seconds(10)))
    print("\(try lags.values.map { try $0.get().records ?? 0 }.reduce(0, +)) orders are left")

    try await showDeadLetters()

    _ = try await admin.deleteTopics(Set(topics.map(\.name)), deadline: .after(.seconds(10)))
    _ = try await admin.deleteGroups(["example.billing"], deadline: .after(.seconds(10)))
}

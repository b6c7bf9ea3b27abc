/// Writes a long log, or reads it and verifies every record.
enum BigLogScript {
    /// For Python with confluent-kafka; arguments: write or read, address, topic, bytes in all.
    static let text = #"""
        import sys, time
        from confluent_kafka import Consumer, Producer, TopicPartition

        action, address, topic, size = sys.argv[1:4] + [int(sys.argv[4])]
        body = b'0123456789abcdef' * 1024
        count = size // len(body)
        began = time.time()
        if action == 'write':
            failed = []
            producer = Producer({
                'bootstrap.servers': address, 'enable.idempotence': True, 'linger.ms': 5, 'batch.size': 900000,
                'queue.buffering.max.kbytes': 65536})
            for number in range(count):
                while True:
                    try:
                        producer.produce(topic, b'%016d' % number + body[16:], partition=number % 2,
                            timestamp=1700000000000 + number, on_delivery=lambda e, m: failed.append(e) if e else None)
                        break
                    except BufferError:
                        producer.poll(0.05)
                producer.poll(0)
            left = producer.flush(120)
            print('wrote %d records in %.0f s, left %d, failed %d' % (count, time.time() - began, left, len(failed)))
            sys.exit(1 if left or failed else 0)
        consumer = Consumer({'bootstrap.servers': address, 'group.id': 'x', 'queued.max.messages.kbytes': 65536})
        for partition in range(2):
            number = partition
            wanted = count // 2 * 3 // 4 * 2 + partition
            found = consumer.offsets_for_times([TopicPartition(topic, partition, 1700000000000 + wanted)], timeout=10)
            assert found[0].offset == wanted // 2, found
            consumer.assign([TopicPartition(topic, partition, 0)])
            while number < count:
                for message in consumer.consume(500, 30):
                    assert not message.error(), message.error()
                    value = message.value()
                    assert message.offset() == number // 2 and int(value[:16]) == number, (number, message.offset())
                    assert len(value) == len(body) and value[-16:] == body[-16:]
                    number += 2
        print('read %d records in %.0f s' % (count, time.time() - began))
        """#
}

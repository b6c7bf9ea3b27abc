/// What writes and commits while the broker is killed, and then counts what is gone.
enum CrashScript {
    /// For Python with confluent-kafka; arguments: address, topic, a file whose appearance ends the load.
    ///
    /// A file of that name with `.begun` says that the first records are confirmed.
    static let load = #"""
        import os, sys, threading, time
        from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, libversion

        address, topic, stop = sys.argv[1:4]
        confirmed, failed, offsets = set(), [], {}
        committed = [-1, 0]

        def report(error, message):
            number = int(message.value())
            if error:
                failed.append(str(error))
                return
            confirmed.add(number)
            if len(confirmed) == 1000:
                open(stop + '.begun', 'w').close()
            place = (message.partition(), message.offset())
            if place in offsets:
                failed.append('offset given twice %s' % (place,))
            offsets[place] = number

        def commits():
            consumer = Consumer({'bootstrap.servers': address, 'group.id': 'crash', 'enable.auto.commit': False})
            number = 0
            while not os.path.exists(stop):
                try:
                    consumer.commit(offsets=[TopicPartition(topic, 0, number)], asynchronous=False)
                    committed[0] = number
                    committed[1] += 1
                    number += 1
                except KafkaException:
                    time.sleep(0.02)
            while True:
                try:
                    stored = consumer.committed([TopicPartition(topic, 0)], timeout=5)[0].offset
                    break
                except KafkaException:
                    time.sleep(0.1)
            committed.append(stored)
            consumer.close()

        committer = threading.Thread(target=commits)
        committer.start()
        # With its only broker gone, librdkafka from 2.11 on may take partitions off it and not give them back for minutes.
        recovery = {'metadata.recovery.strategy': 'none'} if libversion()[1] >= 0x020b0000 else {}
        producer = Producer({
            'bootstrap.servers': address, 'enable.idempotence': True, 'linger.ms': 1, 'message.timeout.ms': 100000,
            'reconnect.backoff.ms': 10, 'reconnect.backoff.max.ms': 50, 'retry.backoff.ms': 20, **recovery})
        number = 0
        while not os.path.exists(stop):
            if number - len(confirmed) > 20000:
                producer.poll(0.01)
                continue
            try:
                producer.produce(topic, b'%d' % number, partition=number % 4, on_delivery=report)
                number += 1
            except BufferError:
                producer.poll(0.01)
            if number % 100 == 0:
                producer.poll(0)
                time.sleep(0.001)
        left = producer.flush(60)
        committer.join()

        consumer = Consumer({'bootstrap.servers': address, 'group.id': 'count', 'enable.auto.commit': False})
        parts = [TopicPartition(topic, index, 0) for index in range(4)]
        ends = {p.partition: consumer.get_watermark_offsets(p, timeout=30)[1] for p in parts}
        consumer.assign(parts)
        seen, doubled, turned, last = set(), 0, 0, {}
        missing = sum(ends.values())
        while missing > 0:
            for message in consumer.consume(1000, 10):
                if message.error():
                    print(message.error())
                    continue
                missing -= 1
                value = int(message.value())
                doubled += value in seen
                seen.add(value)
                turned += value <= last.get(message.partition(), -1)
                last[message.partition()] = value
                if offsets.get((message.partition(), message.offset()), value) != value:
                    failed.append('another record at %d' % message.offset())
        lost = len(confirmed - seen)
        commit_lost = int(committed[2] < committed[0])
        print('sent %d confirmed %d commits %d failed %s left %d' % (
            number, len(confirmed), committed[1], failed[:3], left))
        print('lost %d doubled %d turned %d commits lost %d' % (lost, doubled, turned, commit_lost))
        consumer.close()
        sys.exit(1 if failed or left or not confirmed else 0)
        """#
}

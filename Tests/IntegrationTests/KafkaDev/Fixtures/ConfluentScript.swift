/// What PyPI's confluent-kafka is asked to do.
enum ConfluentScript {
    /// Its only argument is the broker's address; it ends with "OK".
    static let text = #"""
        import sys, time, uuid, threading
        from confluent_kafka import Producer, Consumer, TopicPartition, KafkaException, ConsumerGroupTopicPartitions, version, libversion
        from confluent_kafka.admin import AdminClient, NewTopic, NewPartitions, ConfigResource, OffsetSpec
        addr = sys.argv[1]
        print(version(), libversion())
        admin = AdminClient({'bootstrap.servers': addr})
        t = 'c-' + uuid.uuid4().hex[:8]
        for f in admin.create_topics([NewTopic(t, 2, 1, config={'retention.ms': '600000'})]).values(): f.result(10)
        for f in admin.create_partitions([NewPartitions(t, 4)]).values(): f.result(10)
        time.sleep(0.2)
        md = admin.list_topics(timeout=10); assert len(md.topics[t].partitions) == 4
        cfg = list(admin.describe_configs([ConfigResource('topic', t)]).values())[0].result(10)
        assert cfg['retention.ms'].value == '600000', cfg
        base = int(time.time()*1000) - 100000
        total = 0
        for codec in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
            for idem in [False, True]:
                p = Producer({'bootstrap.servers': addr, 'compression.codec': codec, 'enable.idempotence': idem, 'linger.ms': 5})
                errs = []
                for i in range(500):
                    p.produce(t, key=str(i), value=('v%d' % i) * 20, timestamp=base + total, headers=[('h', b'1')], on_delivery=lambda e, m: errs.append(e) if e else None)
                    total += 1
                assert p.flush(20) == 0 and not errs, errs
        # group consumers with rebalance
        got = []; lock = threading.Lock(); stop = False; gens = []
        def run(gid, idx, n, static=None, strategy='range', leave_after=None):
            c = Consumer({'bootstrap.servers': addr, 'group.id': gid, 'auto.offset.reset': 'earliest', 'session.timeout.ms': 6000,
                          'enable.auto.commit': False, 'partition.assignment.strategy': strategy, **({'group.instance.id': static} if static else {})})
            c.subscribe([t])
            end = time.time() + 40
            while time.time() < end and len(got) < n and not (leave_after and time.time() > leave_after):
                m = c.poll(0.2)
                if m is None or m.error(): continue
                with lock: got.append((m.partition(), m.offset()))
                try: c.commit(m, asynchronous=True)
                except KafkaException as e: print('commit', e)
            c.close()
        for strategy in ['range', 'cooperative-sticky']:
            got.clear(); gid = 'g-' + uuid.uuid4().hex[:8]
            t0 = time.time()
            ts = [threading.Thread(target=run, args=(gid, i, total, None, strategy, None)) for i in range(3)]
            for x in ts: x.start(); time.sleep(0.3)
            for x in ts: x.join()
            assert len(set(got)) == total, (len(set(got)), total)
            print(strategy, 'group read', len(got), 'of', total, 'in', round(time.time()-t0, 2), 's')
        gs = admin.list_consumer_groups().result(10)
        assert gid in [g.group_id for g in gs.valid]
        d = admin.describe_consumer_groups([gid])[gid].result(10)
        print('state', d.state)
        co = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(gid)])[gid].result(10)
        assert sum(tp.offset for tp in co.topic_partitions) == total, [tp.offset for tp in co.topic_partitions]
        admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(gid, [TopicPartition(t, 0, 3)])])[gid].result(10)
        co = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(gid)])[gid].result(10)
        assert [tp.offset for tp in co.topic_partitions if tp.partition == 0] == [3]
        # times
        c = Consumer({'bootstrap.servers': addr, 'group.id': 'x', 'auto.offset.reset': 'earliest'})
        tps = c.offsets_for_times([TopicPartition(t, i, base + 250) for i in range(4)], timeout=10)
        for tp in tps:
            c.assign([TopicPartition(t, tp.partition, tp.offset)]); m = c.poll(10); assert m.timestamp()[1] >= base + 250, (m.timestamp(), base)
            if tp.offset:
                c.assign([TopicPartition(t, tp.partition, tp.offset - 1)]); m = c.poll(10); assert m.timestamp()[1] < base + 250
        lo, hi = c.get_watermark_offsets(TopicPartition(t, 0), timeout=10); print('watermarks', lo, hi)
        r = list(admin.list_offsets({TopicPartition(t, 0): OffsetSpec.max_timestamp()}).values())[0].result(10); print('max ts', r.offset, r.timestamp - base); assert r.offset == hi - 1
        r = list(admin.delete_records([TopicPartition(t, 0, 10)]).values())[0].result(10); print('low', r.low_watermark); assert r.low_watermark == 10
        lo, hi = c.get_watermark_offsets(TopicPartition(t, 0), timeout=10); assert lo == 10
        # long poll latency
        p = Producer({'bootstrap.servers': addr, 'linger.ms': 0}); lat = []
        c.assign([TopicPartition(t, 1, c.get_watermark_offsets(TopicPartition(t, 1), timeout=10)[1])]); c.poll(1)
        for i in range(100):
            t0 = time.perf_counter(); p.produce(t, b'x', partition=1); p.poll(0)
            m = c.poll(5); lat.append(time.perf_counter() - t0)
        lat.sort(); print('latency p50 %.2f ms p99 %.2f ms' % (lat[50]*1000, lat[98]*1000)); assert lat[50] < 0.02
        p.flush(5); c.close()
        # static member: restart without rebalance
        gid = 's-' + uuid.uuid4().hex[:8]
        def mk(): 
            c = Consumer({'bootstrap.servers': addr, 'group.id': gid, 'group.instance.id': 'one', 'session.timeout.ms': 10000, 'auto.offset.reset': 'earliest'}); c.subscribe([t]); 
            t0 = time.time(); 
            while not c.assignment() and time.time()-t0 < 20: c.poll(0.1)
            return c, time.time()-t0
        c1, t1 = mk(); c1.close(); c1, t2 = mk(); print('static join', round(t1,2), 'again', round(t2,2)); assert len(c1.assignment()) == 4; c1.close()
        admin.delete_consumer_groups(['g-none']) 
        for f in admin.delete_topics([t]).values(): f.result(10)
        md = admin.list_topics(timeout=10); assert t not in md.topics
        try:
            tp = Producer({'bootstrap.servers': addr, 'transactional.id': 'a'}); tp.init_transactions(5); print('transactions?!')
        except KafkaException as e: assert e.args[0].code() == 53, e; print('transactions refused')
        print('OK')
        """#
}

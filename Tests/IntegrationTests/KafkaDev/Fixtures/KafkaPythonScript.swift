/// What Debian's python3-kafka is asked to do.
enum KafkaPythonScript {
    /// Its only argument is the broker's address; it ends with "OK".
    static let text = #"""
        import sys, time, uuid, threading, kafka
        from kafka import KafkaProducer, KafkaConsumer, TopicPartition, KafkaAdminClient
        from kafka.admin import NewTopic, NewPartitions, ConfigResource, ConfigResourceType
        addr = sys.argv[1]; print(kafka.__version__)
        admin = KafkaAdminClient(bootstrap_servers=addr)
        t = 'p-' + uuid.uuid4().hex[:8]
        print('api', admin._client.config['api_version'])
        admin.create_topics([NewTopic(t, 2, 1)])
        admin.create_partitions({t: NewPartitions(3)})
        print(str(admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, t)]))[:100])
        base = int(time.time()*1000) - 100000
        n = 0
        for codec in [None, 'gzip'] + [c for c in ('snappy', 'lz4', 'zstd') if getattr(kafka.codec, 'has_' + c)()]:
            p = KafkaProducer(bootstrap_servers=addr, compression_type=codec, acks='all')
            fs = [p.send(t, key=b'%d' % i, value=b'v%d' % i * 10, timestamp_ms=base + n + i, headers=[('h', b'x')]) for i in range(300)]; n += 300
            for f in fs: f.get(20)
            p.close(); print('codec', codec)
        got = set(); lock = threading.Lock()
        def run(g):
            c = KafkaConsumer(t, bootstrap_servers=addr, group_id=g, auto_offset_reset='earliest', consumer_timeout_ms=3000, session_timeout_ms=6000)
            for m in c:
                with lock: got.add((m.partition, m.offset))
            c.close()
        g = 'pg-' + uuid.uuid4().hex[:8]
        ts = [threading.Thread(target=run, args=(g,)) for _ in range(2)]
        for x in ts: x.start(); time.sleep(0.5)
        for x in ts: x.join()
        assert len(got) == n, (len(got), n)
        print(admin.list_consumer_groups()[:3]); print(str(admin.describe_consumer_groups([g]))[:120])
        offs = admin.list_consumer_group_offsets(g); assert sum(o.offset for o in offs.values()) == n, offs
        c = KafkaConsumer(bootstrap_servers=addr)
        tps = [TopicPartition(t, i) for i in range(3)]
        r = c.offsets_for_times({tp: base + 100 for tp in tps}); print(r)
        for tp, o in r.items():
            c.assign([tp]); c.seek(tp, o.offset); m = next(c); assert m.timestamp >= base + 100
        print(c.beginning_offsets(tps), c.end_offsets(tps))
        admin.delete_topics([t]); time.sleep(0.2)
        assert t not in c.topics()
        print('OK')
        """#
}

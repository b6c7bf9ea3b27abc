/// The commands of Redis 7.0, and those of later versions that have just one key.
///
/// A test compares the table with what `COMMAND` and `COMMAND GETKEYS` of a live server say.
enum CommandTable {
    /// What is known of the command `name`, in whatever case; `nil` if nothing is.
    static func traits(of name: String) -> CommandTraits? {
        // Most callers write capitals: the copy is only made for the others.
        self.table[name] ?? self.table[name.uppercased()]
    }

    /// The names of all commands, in capitals.
    static var names: some Collection<String> { self.table.keys }

    private static let table = makeTable()

    private static func makeTable() -> [String: CommandTraits] {
        var table: [String: CommandTraits] = [:]
        for (names, layout) in self.keyed {
            for name in names.split(separator: " ") { table[String(name)] = CommandTraits(keys: layout) }
        }
        for (names, route) in self.keyless {
            for name in names.split(separator: " ") { table[String(name)] = CommandTraits(keyless: route) }
        }
        for (names, layout, route) in self.containers {
            for name in names.split(separator: " ") {
                table[String(name)] = CommandTraits(keys: layout, keyless: route)
            }
        }
        for (name, split) in self.splits { table[name]?.split = split }
        return table
    }

    private static let keyed: [(names: String, layout: KeyLayout)] = [
        (
            """
            APPEND BITCOUNT BITFIELD BITFIELD_RO BITPOS DECR DECRBY DUMP EXPIRE EXPIREAT EXPIRETIME GEOADD GEODIST \
            GEOHASH GEOPOS GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GET GETBIT GETDEL GETEX GETRANGE GETSET HDEL \
            HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HRANDFIELD HSCAN HSET HSETNX HSTRLEN \
            HVALS INCR INCRBY INCRBYFLOAT LINDEX LINSERT LLEN LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM MOVE \
            PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PFADD PSETEX PTTL RESTORE RESTORE-ASKING RPOP RPUSH RPUSHX SADD \
            SCARD SET SETBIT SETEX SETNX SETRANGE SISMEMBER SMEMBERS SMISMEMBER SORT_RO SPOP SPUBLISH SRANDMEMBER \
            SREM SSCAN STRLEN SUBSTR TTL TYPE XACK XADD XAUTOCLAIM XCLAIM XDEL XLEN XPENDING XRANGE XREVRANGE XSETID \
            XTRIM ZADD ZCARD ZCOUNT ZINCRBY ZLEXCOUNT ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX \
            ZRANGEBYSCORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX \
            ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE
            """, .single
        ),
        ("HEXPIRE HEXPIREAT HEXPIRETIME HPERSIST HPEXPIRE HPEXPIREAT HPEXPIRETIME HPTTL HTTL", .single),
        ("HGETDEL HGETEX HSETEX", .single),
        ("BLMOVE BRPOPLPUSH COPY GEOSEARCHSTORE LCS LMOVE RENAME RENAMENX", .range(first: 1, last: 2, step: 1)),
        ("RPOPLPUSH SMOVE ZRANGESTORE", .range(first: 1, last: 2, step: 1)),
        ("DEL EXISTS MGET PFCOUNT PFMERGE SDIFF SDIFFSTORE SINTER", .range(first: 1, last: -1, step: 1)),
        ("SINTERSTORE SUNION SUNIONSTORE TOUCH UNLINK", .range(first: 1, last: -1, step: 1)),
        ("MSET MSETNX", .range(first: 1, last: -1, step: 2)),
        ("BLPOP BRPOP BZPOPMAX BZPOPMIN", .range(first: 1, last: -2, step: 1)),
        ("BITOP", .range(first: 2, last: -1, step: 1)),
        ("PFDEBUG", .range(first: 2, last: 2, step: 1)),
        ("EVAL EVALSHA EVALSHA_RO EVAL_RO FCALL FCALL_RO BLMPOP BZMPOP", .counted(destination: nil, count: 2)),
        ("LMPOP SINTERCARD ZDIFF ZINTER ZINTERCARD ZMPOP ZUNION", .counted(destination: nil, count: 1)),
        ("ZDIFFSTORE ZINTERSTORE ZUNIONSTORE", .counted(destination: 1, count: 2)),
        ("XREAD XREADGROUP", .streams),
        ("SORT", .sort),
        ("GEORADIUS", .geographicRadius(options: 6)),
        ("GEORADIUSBYMEMBER", .geographicRadius(options: 5)),
        ("MIGRATE", .migrate),
    ]

    private static let keyless: [(names: String, route: KeylessRoute)] = [
        ("COMMAND ECHO LOLWUT PING PUBLISH RANDOMKEY TIME", .anyMaster),
        ("DBSIZE", .everyMaster(.sum)),
        ("FLUSHALL FLUSHDB", .everyMaster(.first)),
        ("KEYS", .everyMaster(.concatenation)),
        (
            """
            ACL BGREWRITEAOF BGSAVE CONFIG DEBUG FAILOVER INFO LASTSAVE LATENCY MODULE MONITOR PFSELFTEST PSYNC PUBSUB \
            REPLCONF REPLICAOF ROLE SAVE SCAN SHUTDOWN SLAVEOF SLOWLOG SYNC WAIT WAITAOF
            """, .refused(.oneServer)
        ),
        ("ASKING AUTH CLIENT HELLO PSUBSCRIBE PUNSUBSCRIBE QUIT READONLY READWRITE RESET", .refused(.connection)),
        ("SUBSCRIBE UNSUBSCRIBE UNWATCH", .refused(.connection)),
        ("DISCARD EXEC MULTI", .refused(.transaction)),
        ("SELECT SWAPDB", .refused(.database)),
    ]

    private static let containers: [(names: String, layout: KeyLayout, route: KeylessRoute)] = [
        // Keys of these pin a connection to a node, which a shared client cannot do.
        ("SSUBSCRIBE SUNSUBSCRIBE WATCH", .range(first: 1, last: -1, step: 1), .refused(.connection)),
        ("MEMORY", .afterSubcommand(["USAGE"]), .refused(.oneServer)),
        ("OBJECT", .afterSubcommand(["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"]), .anyMaster),
        ("XINFO", .afterSubcommand(["CONSUMERS", "GROUPS", "STREAM"]), .anyMaster),
        (
            "XGROUP", .afterSubcommand(["CREATE", "CREATECONSUMER", "DELCONSUMER", "DESTROY", "SETID"]), .anyMaster
        ),
        (
            "SCRIPT", .none,
            .subcommands([
                "LOAD": .everyMaster(.first), "EXISTS": .everyMaster(.conjunction), "FLUSH": .everyMaster(.first),
                "HELP": .anyMaster,
            ])
        ),
        (
            "FUNCTION", .none,
            .subcommands([
                "LOAD": .everyMaster(.first), "DELETE": .everyMaster(.first), "FLUSH": .everyMaster(.first),
                "RESTORE": .everyMaster(.first), "LIST": .anyMaster, "DUMP": .anyMaster, "HELP": .anyMaster,
            ])
        ),
        (
            "CLUSTER", .none,
            .subcommands([
                "INFO": .anyMaster, "KEYSLOT": .anyMaster, "NODES": .anyMaster, "SHARDS": .anyMaster,
                "SLOTS": .anyMaster, "REPLICAS": .anyMaster, "HELP": .anyMaster,
            ])
        ),
    ]

    private static let splits: [String: CommandSplit] = [
        "MGET": .elements, "DEL": .sum(isWrite: true), "UNLINK": .sum(isWrite: true),
        "EXISTS": .sum(isWrite: false), "TOUCH": .sum(isWrite: false), "MSET": .pairs,
    ]
}

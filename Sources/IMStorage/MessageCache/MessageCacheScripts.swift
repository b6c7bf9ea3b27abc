import Redis

/// The two scripts by which the cache changes.
///
/// Neither ever lowers a maximum.
enum MessageCacheScripts {
    /// Reads the maximum, -1 when there is none.
    ///
    /// What is no number, or a key of another type, is removed: the cache decides nothing, and must not block the pipeline.
    private static let readMax = """
        local held = redis.pcall('HGET', KEYS[1], 'max')
        if type(held) == 'table' then redis.call('DEL', KEYS[1]) held = false end
        local max = tonumber(held or '-1') or -1
        """

    /// KEYS: the seq hash, then one message hash each.
    ///
    /// ARGV: lifetime in seconds, then seq and bytes of each message, seqs rising. Returns the maximum.
    static let put = RedisScript(
        """
        \(readMax)
        local top = false
        for i = 2, #KEYS do
            local seq = ARGV[2 * i - 2]
            if tonumber(seq) > max then
                redis.call('DEL', KEYS[i])
                redis.call('HSET', KEYS[i], 'value', ARGV[2 * i - 1])
                redis.call('EXPIRE', KEYS[i], ARGV[1])
                top = seq
            end
        end
        if top then redis.call('HSET', KEYS[1], 'max', top) end
        redis.call('HSET', KEYS[1], 'at', redis.call('TIME')[1])
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return tonumber(top or max)
        """,
        as: Int64.self
    )

    /// KEYS: the seq hash.
    ///
    /// ARGV: lifetime in seconds, maximum. Returns the maximum.
    static let raise = RedisScript(
        """
        \(readMax)
        if tonumber(ARGV[2]) > max then redis.call('HSET', KEYS[1], 'max', ARGV[2]) end
        redis.call('HSET', KEYS[1], 'at', redis.call('TIME')[1])
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return math.max(max, tonumber(ARGV[2]))
        """,
        as: Int64.self
    )
}

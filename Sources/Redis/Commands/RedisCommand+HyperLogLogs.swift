extension RedisCommand where Reply == Bool {
    /// `PFADD`: whether the estimate changed.
    public static func pfadd(_ key: String, _ elements: [RedisArgument]) -> Self {
        Self(name: "PFADD", [.string(key)] + elements)
    }
}

extension RedisCommand where Reply == Int {
    /// `PFCOUNT`: how many different elements the keys together have seen, within about 1 %.
    public static func pfcount(_ keys: [String]) -> Self {
        Self(name: "PFCOUNT", keys: keys)
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `PFMERGE`: adds to `target` what the keys have seen.
    public static func pfmerge(_ target: String, _ keys: [String]) -> Self {
        Self(name: "PFMERGE", keys: [target] + keys)
    }
}

import Caching

extension RocksCacheOptions {
    /// What OpenIM v3.8 uses: strong reads, and time for slow loaders.
    ///
    /// When Redis is away, reads go to the database, whose pool bounds them: sends must go on.
    static var openIM: RocksCacheOptions {
        var options = RocksCacheOptions()
        options.consistency = .strong
        options.lockExpire = .seconds(11)
        options.waitReplicasTimeout = .seconds(11)
        options.randomExpireAdjustment = 0.2
        options.storeFailure = .load
        return options
    }
}

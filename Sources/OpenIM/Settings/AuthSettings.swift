import IMServices
import ServerRuntime

extension AuthServer.Settings {
    /// Reads `share.yml` and `openim-rpc-auth.yml`.
    init(reading share: ConfigurationSection, auth: ConfigurationSection) {
        let secret = share.string("secret", isSecret: true)
        if secret.isEmpty { share.note("secret", "must not be empty") }
        let multiLogin = share.section("multiLogin")
        let policy = multiLogin.int("policy", default: 1, in: 0...5)
        if MultiLoginPolicy(rawValue: policy) == nil {
            multiLogin.note("policy", "must be 0, 1, 4 or 5, got \(policy)")
        }
        let days = auth.int("tokenPolicy.expire", default: 90, in: 1...36_500)
        self.init(
            secret: secret,
            adminUserIDs: share.section("imAdminUser").strings("userIDs", default: ["imAdmin"]),
            tokenLifetime: .seconds(days * 86_400),
            multiLogin: MultiLoginPolicy(rawValue: policy) ?? .onePerPlatform,
            tokensPerPlatformMax: multiLogin.int("maxNumOneEnd", default: 30, in: 1...10_000)
        )
    }
}

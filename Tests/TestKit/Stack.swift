/// The live stack that `scripts/stack up` starts, as the integration tests see it.
///
/// Addresses and passwords come from the environment, then from the `.env` file in the working directory, then from the
/// defaults of docker-compose.yml.
public enum Stack {
    /// Redis.
    public static let redis = StackPart(
        name: "redis",
        port: (variable: "REDIS_PORT", default: 16_379),
        passwordVariable: "REDIS_PASSWORD"
    )
    /// Postgres, database and user `openim`.
    public static let postgres = StackPart(
        name: "postgres",
        port: (variable: "POSTGRES_PORT", default: 15_432),
        passwordVariable: "POSTGRES_PASSWORD"
    )
    /// MongoDB, user `openIM`, who may write the databases `openim_v3` and `openim_test`.
    public static let mongo = StackPart(
        name: "mongo",
        port: (variable: "MONGO_PORT", default: 37_017),
        passwordVariable: "MONGO_PASSWORD"
    )
    /// Kafka.
    public static let kafka = StackPart(
        name: "kafka",
        port: (variable: "KAFKA_PORT", default: 19_094),
        passwordVariable: "KAFKA_PASSWORD"
    )

    /// The connection string of the stack's MongoDB.
    public static var mongoURI: String {
        let login = self.mongo.password.isEmpty ? "" : "openIM:\(self.mongo.password)@"
        let source = self.mongo.password.isEmpty ? "" : "authSource=openim_v3&"
        return "mongodb://\(login)\(self.mongo.host):\(self.mongo.port)/?\(source)directConnection=true"
    }
}

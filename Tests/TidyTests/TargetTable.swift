/// What each target below `Sources` may import, apart from the standard library, Foundation, logging and what
/// Package.swift gives it from other packages: the table of ARCHITECTURE.md, kept by a test.
enum TargetTable {
    static let imports: [String: Set<String>] = [
        "ServerRuntime": ["CZlib"],
        "Telemetry": ["ServerRuntime"],
        "OpenSSL": ["ServerRuntime", "COpenSSL"],
        "Redis": ["ServerRuntime", "OpenSSL", "CHiredis"],
        "Caching": ["ServerRuntime", "Redis"],
        "Kafka": ["ServerRuntime", "CRdkafka"],
        "KafkaDev": ["ServerRuntime"],
        "Postgres": ["ServerRuntime", "CPq"],
        "Mongo": ["ServerRuntime", "CMongoc"],
        "Curl": ["ServerRuntime", "CCurl"],
        "FlowControl": [],
        "IMProtocol": [],
        "IMStorage": ["ServerRuntime", "OpenSSL", "Redis", "Caching", "Kafka", "Postgres", "Mongo", "IMProtocol"],
        "IMServices": ["ServerRuntime", "OpenSSL", "Kafka", "IMProtocol", "IMStorage"],
        "IMAPI": ["ServerRuntime", "IMProtocol"],
        "IMGateway": ["ServerRuntime", "IMProtocol"],
        "IMWorkers": ["ServerRuntime", "Kafka", "IMProtocol", "IMStorage"],
        "IMClient": ["ServerRuntime", "Curl", "IMProtocol"],
        "OpenIM": [
            "ServerRuntime", "Telemetry", "OpenSSL", "Redis", "Kafka", "Postgres", "Mongo", "IMProtocol", "IMStorage",
            "IMServices", "IMAPI", "IMGateway", "IMWorkers",
        ],
        "KafkaDevCommand": ["KafkaDev"],
        "IMBench": [
            "ServerRuntime", "Redis", "Kafka", "Postgres", "Mongo", "Curl", "IMProtocol", "IMStorage", "IMClient",
        ],
    ]

    /// Every name above that a rule applies to.
    static let ownModules = Set(imports.keys).union(imports.values.joined())
}

// swift-tools-version: 6.2

import PackageDescription

// The table of targets below is the architecture: five layers, read from top to bottom. A target imports lower layers
// only; the few sideways edges are written down in ARCHITECTURE.md and checked by Tests/TidyTests.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// A library or test dependency that comes from another package.
enum Product {
    static let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
    static let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
    static let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
    static let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
    static let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
    static let inMemoryTracing = Target.Dependency.product(
        name: "InMemoryTracing",
        package: "swift-distributed-tracing"
    )
    static let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
    static let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
    static let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
    static let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let serviceLifecycle = Target.Dependency.product(
        name: "ServiceLifecycle",
        package: "swift-service-lifecycle"
    )
    static let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
    static let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = Target.Dependency.product(name: "Yams", package: "Yams")
}

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "CModules/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// `folders` hold files whose bytes are compiled in.
func library(
    _ name: String,
    uses: [String] = [],
    _ products: Target.Dependency...,
    embeds folders: [String] = []
) -> Target {
    .target(
        name: name,
        dependencies: uses.map { .byName(name: $0) } + products,
        resources: folders.map { .embedInCode($0) },
        swiftSettings: settings
    )
}

func program(_ name: String, uses: [String], _ products: Target.Dependency...) -> Target {
    .executableTarget(name: name, dependencies: uses.map { .byName(name: $0) } + products, swiftSettings: settings)
}

func tests(_ name: String, uses: [String], _ products: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: uses.map { .byName(name: $0) } + products, swiftSettings: settings)
}

let layer0: [Target] = [
    systemLibrary("CHiredis", pkgConfig: "hiredis", apt: "libhiredis-dev"),
    systemLibrary("CRdkafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
    systemLibrary("CMongoc", pkgConfig: "libmongoc-1.0", apt: "libmongoc-dev"),
    systemLibrary("CPq", pkgConfig: "libpq", apt: "libpq-dev"),
    systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    systemLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
]

let layer1: [Target] = [
    library(
        "ServerRuntime",
        uses: ["CZlib"],
        Product.nioCore,
        Product.nioPosix,
        Product.configuration,
        Product.yams,
        Product.logging
    ),
    library("Telemetry", Product.logging),
]

let layer2: [Target] = [
    library("OpenSSL", uses: ["ServerRuntime", "COpenSSL"]),
    library(
        "Redis",
        uses: ["ServerRuntime", "OpenSSL", "CHiredis"],
        Product.logging,
        Product.metrics,
        Product.tracing
    ),
    library(
        "Caching",
        uses: ["ServerRuntime", "Redis"],
        Product.logging,
        Product.metrics,
        Product.protobuf
    ),
    library("Kafka", uses: ["ServerRuntime", "CRdkafka"], Product.logging, Product.metrics),
    library(
        "KafkaDev",
        uses: ["ServerRuntime"],
        Product.crypto,
        Product.nioCore,
        Product.nioPosix,
        Product.nioSSL,
        Product.logging
    ),
    library("Postgres", uses: ["ServerRuntime", "CPq"], Product.logging, Product.metrics),
    library("Mongo", uses: ["ServerRuntime", "CMongoc"], Product.logging, Product.metrics),
    library("Curl", uses: ["ServerRuntime", "CCurl"], Product.logging),
    library("FlowControl"),
]

let layer3: [Target] = [
    library("IMProtocol", Product.protobuf),
    library(
        "IMStorage",
        uses: ["ServerRuntime", "OpenSSL", "Redis", "Caching", "Kafka", "Postgres", "Mongo", "IMProtocol"],
        Product.protobuf,
        Product.logging,
        Product.metrics,
        embeds: ["Schema/SQL"]
    ),
]

let layer4: [Target] = [
    library("IMServices", uses: ["ServerRuntime", "OpenSSL", "Kafka", "IMProtocol", "IMStorage"], Product.protobuf),
    library(
        "IMWorkers",
        uses: ["ServerRuntime", "Kafka", "IMProtocol", "IMStorage"],
        Product.protobuf,
        Product.logging,
        Product.metrics
    ),
    library(
        "IMAPI",
        uses: ["ServerRuntime", "IMProtocol"],
        Product.protobuf,
        Product.hummingbird,
        Product.httpTypes,
        Product.nioCore,
        Product.serviceLifecycle,
        Product.logging
    ),
    library(
        "IMGateway",
        uses: ["ServerRuntime", "IMProtocol"],
        Product.protobuf,
        Product.nioCore,
        Product.nioPosix,
        Product.nioHTTP1,
        Product.nioWebSocket,
        Product.logging
    ),
    library(
        "IMClient",
        uses: ["ServerRuntime", "Curl", "IMProtocol"],
        Product.protobuf,
        Product.nioCore,
        Product.nioPosix,
        Product.nioHTTP1,
        Product.nioWebSocket
    ),
]

let layer5: [Target] = [
    program(
        "OpenIM",
        uses: [
            "ServerRuntime", "Telemetry", "OpenSSL", "Redis", "Kafka", "Postgres", "Mongo", "IMProtocol", "IMStorage",
            "IMServices", "IMAPI", "IMGateway", "IMWorkers",
        ],
        Product.argumentParser,
        Product.hummingbird,
        Product.nioCore,
        Product.serviceLifecycle,
        Product.unixSignals,
        Product.logging
    ),
    program(
        "KafkaDevCommand",
        uses: ["KafkaDev"],
        Product.argumentParser,
        Product.unixSignals,
        Product.logging
    ),
    program(
        "IMBench",
        uses: [
            "ServerRuntime", "Redis", "Kafka", "Postgres", "Mongo", "Curl", "IMProtocol", "IMStorage", "IMClient",
        ],
        Product.argumentParser,
        Product.protobuf,
        Product.nioCore,
        Product.nioPosix,
        Product.logging
    ),
]

// No products: whoever uses the libraries does not build these.
let benchmarks: [Target] = [
    .target(name: "CBaselineClock", path: "Benchmarks/CBaselineClock"),
    .target(name: "CRedisBaseline", dependencies: ["CBaselineClock", "CHiredis"], path: "Benchmarks/CRedisBaseline"),
    .target(name: "CKafkaBaseline", dependencies: ["CBaselineClock", "CRdkafka"], path: "Benchmarks/CKafkaBaseline"),
    .target(name: "CGatewayBaseline", dependencies: ["CBaselineClock"], path: "Benchmarks/CGatewayBaseline"),
    .target(name: "CPostgresBaseline", dependencies: ["CBaselineClock", "CPq"], path: "Benchmarks/CPostgresBaseline"),
    .target(name: "CMongoBaseline", dependencies: ["CBaselineClock", "CMongoc"], path: "Benchmarks/CMongoBaseline"),
    .executableTarget(
        name: "bench",
        dependencies: [
            "ServerRuntime", "OpenSSL", "Redis", "Caching", "Kafka", "Postgres", "Mongo",
            "CRedisBaseline", "CKafkaBaseline", "CPostgresBaseline", "CMongoBaseline", "CGatewayBaseline",
            Product.argumentParser, Product.logging,
        ],
        path: "Benchmarks/Bench",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "RedisExample",
        dependencies: ["Redis", Product.logging],
        path: "Examples/RedisExample",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "CachingExample",
        dependencies: ["Caching", "Redis", Product.logging],
        path: "Examples/CachingExample",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "KafkaExample",
        dependencies: ["Kafka", "ServerRuntime", Product.logging],
        path: "Examples/KafkaExample",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "PostgresExample",
        dependencies: ["Postgres", Product.logging],
        path: "Examples/PostgresExample",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "MongoExample",
        dependencies: ["Mongo", "ServerRuntime", Product.logging],
        path: "Examples/MongoExample",
        swiftSettings: settings
    ),
]

let testSupport: [Target] = [
    .target(name: "TestKit", dependencies: ["ServerRuntime"], path: "Tests/TestKit", swiftSettings: settings)
]

let testTargets: [Target] = [
    tests(
        "CModuleTests",
        uses: ["CHiredis", "CRdkafka", "CMongoc", "CPq", "CCurl", "COpenSSL", "CZlib"]
    ),
    tests("CurlTests", uses: ["Curl", "ServerRuntime"]),
    tests("FlowControlTests", uses: ["FlowControl", "TestKit"]),
    tests("OpenSSLTests", uses: ["TestKit", "OpenSSL", "COpenSSL"]),
    tests(
        "RedisTests",
        uses: ["TestKit", "Redis", "ServerRuntime"],
        Product.logging,
        Product.metricsTestKit,
        Product.inMemoryTracing
    ),
    tests(
        "CachingTests",
        uses: ["TestKit", "Caching", "Redis", "ServerRuntime"],
        Product.logging,
        Product.metrics,
        Product.metricsTestKit,
        Product.protobuf
    ),
    tests(
        "KafkaTests",
        uses: ["TestKit", "Kafka", "CRdkafka", "ServerRuntime"],
        Product.logging,
        Product.metrics,
        Product.metricsTestKit
    ),
    tests(
        "KafkaDevTests",
        uses: ["TestKit", "KafkaDev", "ServerRuntime"],
        Product.logging,
        Product.nioCore,
        Product.nioPosix
    ),
    tests("PostgresTests", uses: ["TestKit", "Postgres", "CPq", "ServerRuntime"]),
    tests("MongoTests", uses: ["TestKit", "Mongo", "CMongoc", "ServerRuntime"], Product.logging),
    tests("IMProtocolTests", uses: ["TestKit", "IMProtocol"], Product.protobuf),
    tests(
        "IMAPITests",
        uses: ["IMAPI", "IMProtocol", "ServerRuntime"],
        Product.httpTypes,
        Product.hummingbird,
        Product.nioCore,
        Product.nioEmbedded,
        Product.nioPosix,
        Product.protobuf,
        Product.serviceLifecycle,
        Product.logging
    ),
    tests(
        "IMGatewayTests",
        uses: ["TestKit", "IMGateway", "IMClient", "IMProtocol", "ServerRuntime"],
        Product.nioCore,
        Product.nioEmbedded,
        Product.nioHTTP1,
        Product.nioPosix,
        Product.nioWebSocket,
        Product.protobuf,
        Product.logging
    ),
    tests(
        "IMBenchTests",
        uses: ["IMBench", "IMProtocol", "ServerRuntime"],
        Product.argumentParser,
        Product.nioCore,
        Product.nioPosix,
        Product.protobuf
    ),
    tests("ServerRuntimeTests", uses: ["TestKit", "ServerRuntime"], Product.nioCore),
    tests("TelemetryTests", uses: ["TestKit", "Telemetry", "IMProtocol"], Product.logging),
    tests(
        "IMStorageTests",
        uses: [
            "TestKit", "IMStorage", "ServerRuntime", "OpenSSL", "Redis", "Caching", "Kafka", "Postgres", "Mongo",
            "IMProtocol",
        ],
        Product.protobuf
    ),
    tests(
        "IMServicesTests",
        uses: ["TestKit", "IMServices", "IMStorage", "IMProtocol", "Kafka", "OpenSSL", "ServerRuntime"],
        Product.protobuf
    ),
    tests(
        "IMWorkersTests",
        uses: ["TestKit", "IMWorkers", "IMStorage", "IMProtocol", "Kafka", "ServerRuntime"],
        Product.protobuf,
        Product.logging
    ),
    tests(
        "OpenIMTests",
        uses: ["TestKit", "OpenIM", "IMServices", "IMStorage", "Kafka", "ServerRuntime", "Telemetry"],
        Product.logging
    ),
    tests(
        "IntegrationTests",
        uses: [
            "TestKit", "ServerRuntime", "OpenSSL", "Redis", "Caching", "Kafka", "Postgres", "Mongo", "IMProtocol",
            "IMStorage",
        ],
        Product.logging,
        Product.metrics,
        Product.metricsTestKit,
        Product.protobuf,
        Product.tracing,
        Product.inMemoryTracing
    ),
    tests(
        "EndToEndTests",
        uses: [
            "OpenIM", "IMBench", "TestKit", "ServerRuntime", "Redis", "Caching", "Kafka", "Postgres", "Mongo", "Curl",
            "IMProtocol", "IMStorage", "IMServices", "IMClient",
        ],
        Product.protobuf,
        Product.logging,
        Product.metricsTestKit
    ),
    tests("TidyTests", uses: []),
]

let package = Package(
    name: "openim-swift",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "openim", targets: ["OpenIM"]),
        .executable(name: "im-bench", targets: ["IMBench"]),
        .executable(name: "kafka-dev", targets: ["KafkaDevCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: layer0 + layer1 + layer2 + layer3 + layer4 + layer5 + benchmarks + testSupport + testTargets
)

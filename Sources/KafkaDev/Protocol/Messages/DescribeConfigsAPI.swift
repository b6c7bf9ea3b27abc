/// Tells the settings of topics and of the broker.
enum DescribeConfigsAPI: BrokerAPI {
    static let key = APIKey.describeConfigs

    struct Request: WireValue, Equatable {
        var resources: [Resource] = []
        var wantsSynonyms = false
        private var wantsDocumentation = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.resources)
            if coder.version >= 1 { try coder.bool(&self.wantsSynonyms) }
            if coder.version >= 3 { try coder.bool(&self.wantsDocumentation) }
            try coder.tags()
        }
    }

    struct Resource: WireValue, Equatable {
        /// 2: a topic, 4: a broker.
        var kind: Int8 = 0
        var name = ""
        /// Nil stands for all settings.
        var keys: [String]?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int8(&self.kind)
            try coder.string(&self.name)
            try coder.nullableArray(&self.keys)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var results: [Result] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.throttleTime()
            try coder.array(&self.results)
            try coder.tags()
        }
    }

    struct Result: WireValue, Equatable {
        var error = ErrorCode.none
        var message: String?
        var kind: Int8 = 0
        var name = ""
        var configs: [Config] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.nullableString(&self.message)
            try coder.int8(&self.kind)
            try coder.string(&self.name)
            try coder.array(&self.configs)
            try coder.tags()
        }
    }

    struct Config: WireValue, Equatable {
        var name = ""
        var value: String?
        var isReadOnly = false
        /// 1: set for the topic, 4: set when the broker was started, 5: the default.
        var source: Int8 = 5
        var synonyms: [Synonym] = []
        private var isSensitive = false
        private var type: Int8 = 0
        private var documentation: String?

        init() {}

        init(name: String, value: String, isReadOnly: Bool, source: Int8) {
            self.name = name
            self.value = value
            self.isReadOnly = isReadOnly
            self.source = source
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.nullableString(&self.value)
            try coder.bool(&self.isReadOnly)
            if coder.version >= 1 {
                try coder.int8(&self.source)
            } else {
                var isDefault = self.source != 1
                try coder.bool(&isDefault)
                self.source = isDefault ? 5 : 1
            }
            try coder.bool(&self.isSensitive)
            if coder.version >= 1 { try coder.array(&self.synonyms) }
            if coder.version >= 3 {
                try coder.int8(&self.type)
                try coder.nullableString(&self.documentation)
            }
            try coder.tags()
        }
    }

    struct Synonym: WireValue, Equatable {
        var name = ""
        var value: String?
        var source: Int8 = 5

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.nullableString(&self.value)
            try coder.int8(&self.source)
            try coder.tags()
        }
    }
}

extension Broker {
    /// Tells settings.
    func describeConfigs(_ request: DescribeConfigsAPI.Request, _ call: BrokerCall) {
        var response = DescribeConfigsAPI.Response()
        for resource in request.resources {
            var result = DescribeConfigsAPI.Result(kind: resource.kind, name: resource.name)
            switch resource.kind {
            case 2:
                if let topic = self.topics[resource.name] {
                    result.configs = self.configs(of: topic)
                } else {
                    result.error = TopicName.isValid(resource.name) ? .unknownTopicOrPartition : .invalidTopic
                    result.message = "there is no such topic"
                }
            case 4:
                if resource.name.isEmpty || resource.name == "\(Self.nodeID)" {
                    result.configs = self.brokerConfigs
                } else {
                    result.error = .invalidRequest
                    result.message = "the only broker is \(Self.nodeID)"
                }
            default:
                result.error = .invalidRequest
                result.message = "only topics and brokers have settings"
            }
            if let keys = resource.keys, !keys.isEmpty { result.configs.removeAll { !keys.contains($0.name) } }
            if request.wantsSynonyms {
                for index in result.configs.indices {
                    let config = result.configs[index]
                    result.configs[index].synonyms = [
                        .init(name: config.name, value: config.value, source: config.source)
                    ]
                }
            }
            response.results.append(result)
        }
        call.answer(DescribeConfigsAPI.self, response)
    }

    private func configs(of topic: Topic) -> [DescribeConfigsAPI.Config] {
        let options = topic.entry.config.applied(to: self.logOptions)
        let values = [
            ("cleanup.policy", "delete"),
            ("compression.type", "producer"),
            ("max.message.bytes", "\(options.batchBytesMax)"),
            ("message.timestamp.type", "CreateTime"),
            ("min.insync.replicas", "1"),
            ("retention.bytes", "\(options.retentionBytes ?? -1)"),
            ("retention.ms", "\(options.retentionMilliseconds ?? -1)"),
            ("segment.bytes", "\(options.segmentBytes)"),
        ]
        return values.map { name, value in
            let isSet = topic.entry.config.values[name] != nil
            return .init(name: name, value: value, isReadOnly: true, source: isSet ? 1 : 4)
        }
    }

    private var brokerConfigs: [DescribeConfigsAPI.Config] {
        let options = self.logOptions
        let values = [
            ("auto.create.topics.enable", "\(self.configuration.autoCreatedPartitions != nil)"),
            ("broker.id", "\(Self.nodeID)"),
            ("default.replication.factor", "1"),
            ("log.retention.bytes", "\(options.retentionBytes ?? -1)"),
            ("log.retention.ms", "\(options.retentionMilliseconds ?? -1)"),
            ("log.segment.bytes", "\(options.segmentBytes)"),
            ("message.max.bytes", "\(options.batchBytesMax)"),
            ("num.partitions", "\(self.configuration.autoCreatedPartitions ?? 1)"),
        ]
        return values.map { .init(name: $0, value: $1, isReadOnly: true, source: 4) }
    }
}

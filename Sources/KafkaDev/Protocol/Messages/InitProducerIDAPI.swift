/// Gives an idempotent producer its number.
enum InitProducerIDAPI: BrokerAPI {
    static let key = APIKey.initProducerID

    struct Request: WireValue, Equatable {
        var transactionalID: String?
        private var transactionTimeout: Int32 = 0
        private var producerID: Int64 = -1
        private var producerEpoch: Int16 = -1

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.nullableString(&self.transactionalID)
            try coder.int32(&self.transactionTimeout)
            if coder.version >= 3 {
                try coder.int64(&self.producerID)
                try coder.int16(&self.producerEpoch)
            }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var producerID: Int64 = -1
        var producerEpoch: Int16 = -1

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.throttleTime()
            try coder.error(&self.error)
            try coder.int64(&self.producerID)
            try coder.int16(&self.producerEpoch)
            try coder.tags()
        }
    }
}

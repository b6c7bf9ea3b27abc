import Logging
import NIOCore

extension Broker {
    /// Takes a request.
    ///
    /// Anything may be in `frame`, which comes from outside, without its length. `reply` is called once, now or later.
    func receive(
        _ frame: ByteBuffer,
        connection: UInt64,
        clientHost: String,
        reply: @escaping @Sendable (BrokerCall.Reply) -> Void
    ) {
        do throws(WireError) {
            self.requestBytes += frame.readableBytes
            var body = frame
            let header = try RequestHeader(reading: &body)
            let call = BrokerCall(header: header, connection: connection, clientHost: clientHost, reply: reply)
            guard let api = header.api else {
                self.refuseVersion(call)
                return
            }
            try self.dispatch(api, body, call)
        } catch {
            self.logger.debug("request not understood", metadata: ["reason": "\(error)", "client": "\(clientHost)"])
            reply(.close)
        }
    }

    /// Only ApiVersions has a form that every client can read; otherwise the protocol knows no answer but the end.
    private func refuseVersion(_ call: BrokerCall) {
        self.logger.debug(
            "request unknown",
            metadata: ["key": "\(call.header.key)", "version": "\(call.header.version)"]
        )
        guard call.header.key == APIKey.apiVersions.rawValue else {
            call.reply(.close)
            return
        }
        var header = call.header
        header.version = 0
        let old = BrokerCall(
            header: header,
            connection: call.connection,
            clientHost: call.clientHost,
            reply: call.reply
        )
        old.answer(ApiVersionsAPI.self, .init(error: .unsupportedVersion, keys: Self.apiRanges))
    }

    private static let apiRanges = APIKey.allCases.map { key in
        ApiVersionsAPI.Range(key: key.rawValue, lowest: key.versions.lowerBound, highest: key.versions.upperBound)
    }

    private func dispatch(_ api: APIKey, _ body: ByteBuffer, _ call: BrokerCall) throws(WireError) {
        let version = call.header.version
        switch api {
        case .produce: self.produce(try ProduceAPI.decode(body, version: version), call)
        case .fetch: self.fetch(try FetchAPI.decode(body, version: version), call)
        case .listOffsets: self.listOffsets(try ListOffsetsAPI.decode(body, version: version), call)
        case .metadata: self.metadata(try MetadataAPI.decode(body, version: version), call)
        case .offsetCommit: self.commitOffsets(try OffsetCommitAPI.decode(body, version: version), call)
        case .offsetFetch: self.fetchOffsets(try OffsetFetchAPI.decode(body, version: version), call)
        case .offsetDelete: self.deleteOffsets(try OffsetDeleteAPI.decode(body, version: version), call)
        case .findCoordinator: self.findCoordinator(try FindCoordinatorAPI.decode(body, version: version), call)
        case .joinGroup: self.joinGroup(try JoinGroupAPI.decode(body, version: version), call)
        case .syncGroup: self.syncGroup(try SyncGroupAPI.decode(body, version: version), call)
        case .heartbeat: self.heartbeat(try HeartbeatAPI.decode(body, version: version), call)
        case .leaveGroup: self.leaveGroup(try LeaveGroupAPI.decode(body, version: version), call)
        case .describeGroups: self.describeGroups(try DescribeGroupsAPI.decode(body, version: version), call)
        case .listGroups: self.listGroups(try ListGroupsAPI.decode(body, version: version), call)
        case .deleteGroups: self.deleteGroups(try DeleteGroupsAPI.decode(body, version: version), call)
        case .createTopics: self.createTopics(try CreateTopicsAPI.decode(body, version: version), call)
        case .deleteTopics: self.deleteTopics(try DeleteTopicsAPI.decode(body, version: version), call)
        case .createPartitions: self.createPartitions(try CreatePartitionsAPI.decode(body, version: version), call)
        case .deleteRecords: self.deleteRecords(try DeleteRecordsAPI.decode(body, version: version), call)
        case .describeConfigs: self.describeConfigs(try DescribeConfigsAPI.decode(body, version: version), call)
        case .initProducerID: self.initProducerID(try InitProducerIDAPI.decode(body, version: version), call)
        // The gate of a connection takes these while it is closed.
        case .saslHandshake: call.answer(SaslHandshakeAPI.self, .init(error: .illegalSASLState))
        case .saslAuthenticate:
            let message = "this connection needs no authentication, or has it"
            call.answer(SaslAuthenticateAPI.self, .init(error: .illegalSASLState, message: message))
        case .apiVersions:
            _ = try ApiVersionsAPI.decode(body, version: version)
            call.answer(ApiVersionsAPI.self, .init(error: .none, keys: Self.apiRanges))
        }
    }

    private func findCoordinator(_ request: FindCoordinatorAPI.Request, _ call: BrokerCall) {
        var response = FindCoordinatorAPI.Response()
        if request.kind == 0 {
            response.node = Self.nodeID
            response.host = self.address.host
            response.port = Int32(clamping: self.address.port)
        } else {
            // The one error that every client takes for final.
            response.error = .transactionalIDRefused
            response.message = "this broker has no transactions"
        }
        call.answer(FindCoordinatorAPI.self, response)
    }

    private func initProducerID(_ request: InitProducerIDAPI.Request, _ call: BrokerCall) {
        var response = InitProducerIDAPI.Response()
        guard request.transactionalID == nil else {
            response.error = .transactionalIDRefused
            call.answer(InitProducerIDAPI.self, response)
            return
        }
        do throws(StorageError) {
            if self.nextProducerID >= self.state.table.producerIDsBelow {
                // A thousand at once: after a crash the rest of them is never used.
                _ = try self.storeState([.producerIDs(below: self.nextProducerID + 1_000)])
            }
            response.producerID = self.nextProducerID
            response.producerEpoch = 0
            self.nextProducerID += 1
        } catch {
            response.error = .coordinatorNotAvailable
        }
        call.answer(InitProducerIDAPI.self, response)
    }

    /// Stores changes of the state, to be synced as the policy says.
    func storeState(_ changes: [StateChange]) throws(StorageError) -> Int64 {
        let end = try self.state.store(changes)
        self.syncer.appended(self.state.log)
        return end
    }
}

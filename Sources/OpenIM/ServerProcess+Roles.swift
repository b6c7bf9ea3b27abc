import IMAPI
import IMGateway
import IMServices
import IMStorage
import Kafka
import Logging
import OpenSSL
import ServerRuntime

// How the roles' servers are made from settings and services.
extension ServerProcess {
    func gateway(_ assembly: Assembly) -> GatewayServer {
        var configuration = GatewayConfiguration { peer in
            // MD5 is what OpenIM makes connection ids with; without it the peer itself names the connection.
            (try? Digest.md5(Array(peer.utf8))).map(Hex.encode) ?? peer
        }
        configuration.listenIP = self.settings.gateway.listen.listenIP
        configuration.port = self.settings.gateway.listen.port
        configuration.connectionsMax = self.settings.gateway.connectionsMax
        configuration.handshakeTimeout = self.settings.gateway.handshakeTimeout
        configuration.loginPolicy = LoginPolicy(number: self.settings.auth.multiLogin.rawValue)
        configuration.adminUserIDs = Set(self.settings.auth.adminUserIDs)
        return GatewayServer(
            configuration: configuration,
            auth: assembly.auth,
            messages: assembly.msg,
            logger: self.logger.labelled(RoleName.msgGateway.rawValue)
        )
    }

    func api(_ assembly: Assembly, _ readiness: Readiness) -> APIServer {
        let listen = self.settings.api
        let configuration = APIConfiguration(
            listenIP: listen.listenIP,
            port: listen.port,
            adminUserIDs: self.settings.auth.adminUserIDs,
            secret: self.settings.auth.secret,
            compress: self.compression
        )
        return APIServer(
            configuration: configuration,
            services: APIServices(auth: assembly.auth, user: assembly.user, msg: assembly.msg),
            logger: self.logger.labelled(RoleName.api.rawValue)
        ) { port in
            readiness.arrived(RoleName.api.rawValue, address: "http://\(listen.listenIP):\(port)")
        }
    }

    /// gzip of HTTP answers at the configured level; nil when it is switched off.
    private var compression: (@Sendable ([UInt8]) throws -> [UInt8])? {
        guard let level = CompressionLevel(rawValue: self.settings.apiCompressionLevel)?.zlibLevel else { return nil }
        return { try GzipDeflater(level: level).compress($0) }
    }

    func consumer(
        of topic: KeyPath<PipelineTopics, String>,
        group: KeyPath<PipelineTopics, String>
    ) throws -> KafkaConsumer {
        let kafka = self.settings.kafka
        return try KafkaConsumer(
            kafka.consumer(of: kafka.topics[keyPath: topic], group: kafka.topics[keyPath: group]),
            logger: self.logger.labelled("kafka")
        )
    }
}

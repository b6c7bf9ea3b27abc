internal import HTTPTypes
internal import Hummingbird
internal import IMProtocol
internal import Logging
internal import NIOCore
internal import ServerRuntime

/// Answers requests: the checks that all share, in OpenIM's order, then the route.
///
/// Paths are fixed texts, so a dictionary finds the route; Hummingbird's router could not tell a trailing slash or an
/// unknown POST path apart in the way that clients see here.
struct APIResponder: HTTPResponder {
    /// The greatest length of a body on routes without token, in bytes.
    ///
    /// What these routes take is short, and strangers need not be able to make the server hold and parse megabytes.
    private static let anonymousBodySizeMax = 1 << 16

    private let configuration: APIConfiguration
    private let auth: any AuthService
    private let adminUserIDs: Set<String>
    private let routes: [String: Route]
    private let publicPaths: [String]
    private let logger: Logger

    init(configuration: APIConfiguration, services: APIServices, clock: WallClock, logger: Logger) {
        let routes = Route.all(configuration: configuration, services: services, clock: clock)
        self.configuration = configuration
        self.auth = services.auth
        self.adminUserIDs = Set(configuration.adminUserIDs)
        self.routes = Dictionary(uniqueKeysWithValues: routes.map { ($0.path, $0) })
        self.publicPaths = routes.filter { $0.access == .anyone }.map(\.path)
        self.logger = logger
    }

    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let operationID = request.headers[.operationID] ?? ""
        var answer = try await self.answer(to: request, operationID: operationID)
        self.logger.debug(
            "request answered",
            metadata: [
                "im.operation.id": "\(operationID)",
                "url.path": "\(request.uri.path)",
                "http.status": "\(answer.status.code)",
                "im.error.code": "\(answer.errorCode)",
            ]
        )
        var headers = HTTPFields.crossOrigin
        headers[.contentType] = answer.contentType
        headers[.httpID] = RandomID.uuid()
        headers[.location] = answer.location
        if let compressed = self.compressed(answer.body, for: request, operationID: operationID) {
            answer.body = compressed
            headers[.contentEncoding] = "gzip"
            headers[.vary] = "Accept-Encoding"
        }
        let response = Response(
            status: answer.status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func compressed(_ body: [UInt8], for request: Request, operationID: String) -> [UInt8]? {
        guard let compress = self.configuration.compress, !body.isEmpty else { return nil }
        guard AcceptEncoding.allowsGzip(request.headers[.acceptEncoding] ?? "") else { return nil }
        do {
            return try compress(body)
        } catch {
            self.logger.error(
                "answer could not be compressed and is sent as it is",
                metadata: ["im.operation.id": "\(operationID)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// The answer without shared headers.
    ///
    /// - Throws: only when the request cannot be read to its end.
    private func answer(to request: Request, operationID: String) async throws -> Answer {
        guard request.method != .options else { return .options }
        if let redirect = self.trailingSlashRedirect(request) {
            return redirect
        }
        guard request.method == .post else { return .notFound }
        let route = self.routes[request.uri.path]
        let context: CallContext
        do {
            context = try await self.identify(request, operationID, access: route?.access)
        } catch {
            return self.failure(error, request, operationID)
        }
        guard let route else { return .notFound }
        let body = try await self.body(of: request, access: route.access)
        do {
            return .success(try await route.handle(body, context))
        } catch let error as RequestBodyError {
            guard route.isHandBound else { return .failure(IMError(.args, message: error.text)) }
            return .failure(IMError(.args, error.text), status: .badRequest)
        } catch {
            return self.failure(error, request, context.operationID)
        }
    }

    /// A known path that has a slash too many is told so before any check.
    private func trailingSlashRedirect(_ request: Request) -> Answer? {
        let path = request.uri.path
        guard path.hasSuffix("/"), request.method == .post, self.routes[String(path.dropLast())] != nil else {
            return nil
        }
        let query = request.uri.query.map { "?" + $0 } ?? ""
        return .redirect(to: path.dropLast() + query, .temporaryRedirect)
    }

    /// Checks the trace id and the token, and says who calls.
    ///
    /// An unknown path, which has no access, is checked like any other, so that nobody can find out without a token
    /// which paths exist.
    /// - Throws: 1001 without a header that the route needs, 1501 to 1507 for a token that is refused.
    private func identify(
        _ request: Request,
        _ operationID: String,
        access: Route.Access?
    ) async throws -> CallContext {
        let path = request.uri.path
        let access = access ?? (self.publicPaths.contains { path.hasPrefix($0) } ? .anyone : .login)
        if access == .legacy {
            return CallContext(operationID: operationID.isEmpty ? RandomID.hex() : operationID)
        }
        guard !operationID.isEmpty else { throw IMError(.args, "header must have operationID") }
        var context = CallContext(operationID: operationID)
        guard access == .login else { return context }
        guard let token = request.headers[.token], !token.isEmpty else {
            throw IMError(.args, "header must have token")
        }
        var question = Openim_Auth_parseTokenReq()
        question.token = token
        let identity = try await self.auth.parseToken(question, context)
        context.userID = identity.userID
        context.platform = Platform(rawValue: identity.platformID)
        context.isAdmin = self.adminUserIDs.contains(identity.userID)
        return context
    }

    private func body(of request: Request, access: Route.Access) async throws -> [UInt8] {
        let sizeMax = min(self.configuration.bodySizeMax, access == .login ? .max : Self.anonymousBodySizeMax)
        var body: [UInt8] = []
        for try await buffer in request.body {
            let room = sizeMax - body.count
            body.append(contentsOf: buffer.readableBytesView.prefix(room))
            // The rest is read and dropped by the server, before the next request of the connection.
            guard buffer.readableBytes <= room else { break }
        }
        return body
    }

    /// What a client is told of `error`; what it is not told goes into the log.
    private func failure(_ error: any Error, _ request: Request, _ operationID: String) -> Answer {
        if !(error is IMError) {
            self.logger.error(
                "request failed",
                metadata: [
                    "im.operation.id": "\(operationID)",
                    "url.path": "\(request.uri.path)",
                    "error": "\(error)",
                ]
            )
        }
        return .failure(IMError.visible(error))
    }
}

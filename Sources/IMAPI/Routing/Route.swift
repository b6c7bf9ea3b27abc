internal import IMProtocol
internal import ServerRuntime
internal import SwiftProtobuf

/// One POST path of the API and what it does.
struct Route: Sendable {
    /// What a request must carry before the route is entered.
    enum Access: Sendable {
        /// An operationID and a valid token.
        case login
        /// An operationID.
        case anyone
        /// Nothing: the routes of the server generation before operationIDs.
        case legacy
    }

    let path: String
    var access = Access.login
    /// Whether a body that cannot be used is answered with status 400, as a few routes of OpenIM do.
    var isHandBound = false
    /// Does the work.
    ///
    /// Takes the body and the caller; returns the JSON text of the answer's data, or nil for none. Throws
    /// `RequestBodyError` for a body that cannot be used, `IMError` for what a client is told, and anything else for
    /// what it is not told.
    let handle: @Sendable (_ body: [UInt8], _ context: CallContext) async throws -> [UInt8]?

    /// Every route.
    static func all(configuration: APIConfiguration, services: APIServices, clock: WallClock) -> [Route] {
        Self.auth(services)
            + Self.legacyAuth(configuration: configuration, services: services, clock: clock)
            + Self.user(services)
            + Self.msg(services, clock: clock)
    }

    /// A route whose body and data are messages.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - access: what the request must carry.
    ///   - requirements: the fields that must be there; checked in this order, before the role.
    ///   - role: who may call.
    ///   - call: the service's method.
    /// - Returns: the route.
    static func call<Request: Message, Response: Message>(
        _ path: String,
        access: Access = .login,
        requires requirements: [Requirement] = [],
        role: Role<Request> = .anyone,
        _ call: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) -> Route {
        Route(path: path, access: access) { body, context in
            let value = try RequestBodyError.parse(body)
            let request = try RequestBodyError.decode(Request.self, from: value)
            for requirement in requirements {
                try requirement.check(value)
            }
            try role.check(request, context)
            let response = try await call(request, context)
            return ProtoJSON.hasFields(Response.self) ? try ProtoJSON.encode(response) : nil
        }
    }
}

/// The hosts in a MongoDB connection string, without the login that stands before them.
enum MongoHosts {
    static func of(_ uri: String) -> String {
        var rest = uri[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" }
        if let login = rest.lastIndex(of: "@") { rest = rest[rest.index(after: login)...] }
        return String(rest)
    }
}

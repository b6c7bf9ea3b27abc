/// Reads the header Accept-Encoding.
enum AcceptEncoding {
    /// Whether the client takes gzip: it is named, and not with the weight 0.
    static func allowsGzip(_ header: String) -> Bool {
        header.split(separator: ",").contains { element in
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }
}

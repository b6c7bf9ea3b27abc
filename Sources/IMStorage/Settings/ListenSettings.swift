package import ServerRuntime

/// Where a server of this process listens.
package struct ListenSettings: Sendable, Hashable {
    package let listenIP: String
    package let port: Int

    /// Reads `listenIP` of a section and one entry of a list of ports.
    ///
    /// - Parameters:
    ///   - section: where `listenIP` stands.
    ///   - key: the key of the list.
    ///   - ports: where the list stands, if elsewhere.
    ///   - port: the port without a list.
    ///   - instance: which entry, from 0.
    package init(
        reading section: ConfigurationSection,
        portsAt key: String,
        in ports: ConfigurationSection? = nil,
        default port: Int,
        instance: Int
    ) {
        let ports = ports ?? section
        self.listenIP = section.string("listenIP", default: "127.0.0.1")
        let list = ports.ints(key, default: [port], in: 0...65_535)
        if list.indices.contains(instance) {
            self.port = list[instance]
        } else {
            ports.note(key, "holds \(list.count) ports, but this is instance \(instance) (-i)")
            self.port = port
        }
    }
}

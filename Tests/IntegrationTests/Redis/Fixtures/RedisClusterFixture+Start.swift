import ServerRuntime
import TestKit

extension RedisClusterFixture {
    /// What is known of a node before it starts.
    struct Seat {
        let id: String
        let port: Int
        let proxy: FaultProxy?
        /// The place of its master among the seats; `nil` for a master.
        let master: Int?
        let slots: ClosedRange<Int>?

        /// The port that the node announces.
        var announcedPort: Int { self.proxy?.port ?? self.port }
    }

    /// Names, ports and slots of all nodes.
    static func seats(_ options: Options) throws -> [Seat] {
        let masters = max(1, options.masters)
        var seats: [Seat] = []
        do {
            for index in 0..<masters * (1 + max(0, options.replicasOfEach)) {
                let port = try TestPorts.take(alsoFreeAt: RedisServerProcess.busPortOffset)
                let isMaster = index < masters
                let first = self.slotCount * index / masters
                let seat = Seat(
                    id: Self.randomID(),
                    port: port,
                    proxy: options.hasProxies ? try FaultProxy(to: port) : nil,
                    master: isMaster ? nil : index % masters,
                    slots: isMaster ? first...(self.slotCount * (index + 1) / masters - 1) : nil
                )
                seats.append(seat)
            }
            return seats
        } catch {
            for seat in seats { TestPorts.release(seat.port) }
            throw error
        }
    }

    /// Starts the node at `index`, which knows all the others from its cluster file.
    static func node(_ index: Int, _ seats: [Seat], _ options: Options) throws -> RedisClusterNode {
        let seat = seats[index]
        var server = RedisServerProcess.Options()
        server.password = options.password
        server.needsBusPort = true
        server.settings = [
            "cluster-enabled yes",
            "cluster-config-file nodes.conf",
            "cluster-node-timeout \(options.nodeTimeout.milliseconds())",
            "cluster-announce-ip 127.0.0.1",
            // A replica must be allowed to take over although it was silent for a while.
            "cluster-replica-validity-factor 0",
            "cluster-migration-barrier 100",
        ]
        if seat.proxy != nil {
            server.settings.append("cluster-announce-port \(seat.announcedPort)")
            server.settings.append("cluster-announce-bus-port \(seat.port + RedisServerProcess.busPortOffset)")
        }
        server.settings += options.settings
        server.files["nodes.conf"] = self.clusterFile(of: index, seats)
        return RedisClusterNode(
            id: seat.id,
            server: try RedisServerProcess(server, port: seat.port),
            proxy: seat.proxy
        )
    }

    /// The file that a node of a complete cluster would have written: the lines of `CLUSTER NODES`.
    private static func clusterFile(of index: Int, _ seats: [Seat]) -> String {
        var lines: [String] = []
        for (other, seat) in seats.enumerated() {
            // Masters need different epochs, replicas have that of their master.
            let epoch = (seat.master ?? other) + 1
            let role = seat.master == nil ? "master" : "slave"
            let address = "127.0.0.1:\(seat.announcedPort)@\(seat.port + RedisServerProcess.busPortOffset)"
            let slots = seat.slots.map { " \($0.lowerBound)-\($0.upperBound)" } ?? ""
            let flags = other == index ? "myself,\(role)" : role
            let master = seat.master.map { seats[$0].id } ?? "-"
            lines.append("\(seat.id) \(address) \(flags) \(master) 0 0 \(epoch) connected\(slots)")
        }
        lines.append("vars currentEpoch \(seats.count + 1) lastVoteEpoch 0")
        return lines.joined(separator: "\n") + "\n"
    }

    /// A name as servers give themselves.
    static func randomID() -> String {
        String((0..<40).map { _ in "0123456789abcdef".randomElement() ?? "0" })
    }
}

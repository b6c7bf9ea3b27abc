import CMongoc

extension MongoMonitor {
    /// Has libmongoc tell its events to this object, which has to outlive the pool.
    ///
    /// Not the start of commands: for that event libmongoc copies what is sent.
    func install(on pool: OpaquePointer) {
        let callbacks = mongoc_apm_callbacks_new()
        defer { mongoc_apm_callbacks_destroy(callbacks) }
        mongoc_apm_set_command_succeeded_cb(callbacks) { event in
            guard let name = mongoc_apm_command_succeeded_get_command_name(event) else { return }
            MongoMonitor.from(mongoc_apm_command_succeeded_get_context(event))?.commandSucceeded(
                name,
                microseconds: mongoc_apm_command_succeeded_get_duration(event),
                host: { MongoMonitor.name(mongoc_apm_command_succeeded_get_host(event)) }
            )
        }
        mongoc_apm_set_command_failed_cb(callbacks) { event in
            guard let name = mongoc_apm_command_failed_get_command_name(event) else { return }
            var error = bson_error_t()
            mongoc_apm_command_failed_get_error(event, &error)
            MongoMonitor.from(mongoc_apm_command_failed_get_context(event))?.commandFailed(
                name,
                microseconds: mongoc_apm_command_failed_get_duration(event),
                code: error.code,
                host: { MongoMonitor.name(mongoc_apm_command_failed_get_host(event)) }
            )
        }
        self.installServerEvents(callbacks)
        mongoc_client_pool_set_apm_callbacks(pool, callbacks, Unmanaged.passUnretained(self).toOpaque())
    }

    private func installServerEvents(_ callbacks: OpaquePointer?) {
        mongoc_apm_set_topology_changed_cb(callbacks) { event in
            let description = mongoc_apm_topology_changed_get_new_description(event)
            // Any member will do for a read; what a call wants of it, libmongoc looks at.
            let nearest = mongoc_read_prefs_new(MONGOC_READ_NEAREST)
            defer { mongoc_read_prefs_destroy(nearest) }
            MongoMonitor.from(mongoc_apm_topology_changed_get_context(event))?.topologyChanged(
                hasReadable: mongoc_topology_description_has_readable_server(description, nearest),
                hasWritable: mongoc_topology_description_has_writable_server(description),
                type: MongoMonitor.text(mongoc_topology_description_type(description))
            )
        }
        mongoc_apm_set_server_changed_cb(callbacks) { event in
            let old = mongoc_apm_server_changed_get_previous_description(event)
            let new = mongoc_apm_server_changed_get_new_description(event)
            MongoMonitor.from(mongoc_apm_server_changed_get_context(event))?.serverChanged(
                MongoMonitor.name(mongoc_apm_server_changed_get_host(event)),
                from: MongoMonitor.text(mongoc_server_description_type(old)),
                to: MongoMonitor.text(mongoc_server_description_type(new))
            )
        }
        mongoc_apm_set_server_heartbeat_succeeded_cb(callbacks) { event in
            MongoMonitor.from(mongoc_apm_server_heartbeat_succeeded_get_context(event))?.heartbeatSucceeded(
                microseconds: mongoc_apm_server_heartbeat_succeeded_get_duration(event)
            )
        }
        mongoc_apm_set_server_heartbeat_failed_cb(callbacks) { event in
            var error = bson_error_t()
            mongoc_apm_server_heartbeat_failed_get_error(event, &error)
            MongoMonitor.from(mongoc_apm_server_heartbeat_failed_get_context(event))?.heartbeatFailed(
                MongoMonitor.name(mongoc_apm_server_heartbeat_failed_get_host(event)),
                MongoError(error, isWrite: false).message
            )
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> MongoMonitor? {
        context.map { Unmanaged<MongoMonitor>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func name(_ host: UnsafePointer<mongoc_host_list_t>?) -> String {
        guard let host else { return "" }
        return withUnsafeBytes(of: host.pointee.host_and_port) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}

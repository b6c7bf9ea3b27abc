import CMongoc

/// Sole owner of a `mongoc_read_prefs_t`, or of none: then the client's own counts.
struct MongocReadPreference: ~Copyable {
    let raw: OpaquePointer?

    /// - Throws: `.invalidDocument` when a tag set cannot be sent.
    init(_ preference: MongoReadPreference?) throws(MongoError) {
        self.raw = try preference.map(Self.make)
    }

    deinit {
        mongoc_read_prefs_destroy(self.raw)
    }

    private static func make(_ preference: MongoReadPreference) throws(MongoError) -> OpaquePointer {
        guard let raw = mongoc_read_prefs_new(preference.mode.mongoc) else {
            throw MongoError(.invalidArgument, "libmongoc has no memory for a read preference")
        }
        if let stalenessMax = preference.stalenessMax {
            mongoc_read_prefs_set_max_staleness_seconds(raw, stalenessMax.components.seconds)
        }
        guard !preference.tagSets.isEmpty else { return raw }
        let memory = MongocArguments()
        do throws(MongoError) {
            for tags in preference.tagSets {
                try memory.withView(tags) { view in mongoc_read_prefs_add_tag(raw, view) }
            }
        } catch {
            mongoc_read_prefs_destroy(raw)
            throw error
        }
        return raw
    }
}

extension MongoReadPreference.Mode {
    fileprivate var mongoc: mongoc_read_mode_t {
        switch self {
        case .primary: MONGOC_READ_PRIMARY
        case .primaryPreferred: MONGOC_READ_PRIMARY_PREFERRED
        case .secondary: MONGOC_READ_SECONDARY
        case .secondaryPreferred: MONGOC_READ_SECONDARY_PREFERRED
        case .nearest: MONGOC_READ_NEAREST
        }
    }
}

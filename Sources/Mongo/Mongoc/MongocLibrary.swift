import CMongoc

/// The process-wide set-up of libmongoc.
enum MongocLibrary {
    /// Read once before the first use.
    ///
    /// `mongoc_cleanup` is never called: clients may live until the process ends.
    static let isReady: Bool = {
        mongoc_init()
        // Otherwise libmongoc prints to standard error.
        mongoc_log_set_handler(
            { level, _, message, _ in
                guard let message else { return }
                MongocLog.write(MongocLog.level(level), message)
            },
            nil
        )
        return true
    }()
}

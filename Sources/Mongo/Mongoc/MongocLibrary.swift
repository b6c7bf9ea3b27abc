import CMongoc

/// The process-wide set-up of libmongoc.
enum MongocLibrary {
    /// Read once before the first use.
    ///
    /// `mongoc_cleanup` is never called: clients may live until the process ends.
    static let isReady: Bool = {
        mongoc_init()
        // Otherwise libmongoc prints to standard error; what matters reaches the caller as an error.
        mongoc_log_set_handler({ _, _, _, _ in }, nil)
        return true
    }()
}

import Glibc

/// Memory that was freed and that the C library keeps.
enum FreedMemory {
    /// Gives back to the system what is not in use; blocks for some milliseconds.
    static func giveBack() {
        _ = self.trim?(0)
    }

    /// `malloc_trim`, which glibc has and other C libraries do not; Swift's `Glibc` module leaves its header out.
    private static let trim: (@convention(c) (Int) -> Int32)? = {
        guard let symbol = dlsym(nil, "malloc_trim") else { return nil }
        return unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    }()
}

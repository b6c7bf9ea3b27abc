/// Why the log of a run cannot be read.
struct LogUnreadable: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

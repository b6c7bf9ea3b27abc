import CPq

/// Sole owner of a `PGresult` that is being filled.
struct CopyRows: ~Copyable {
    private let raw: OpaquePointer
    private var count: Int32 = 0

    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQclear(self.raw)
    }

    /// Sets a value of the row that is being filled; nil is NULL.
    ///
    /// - Returns: whether there was memory for it.
    mutating func set(_ column: Int32, _ value: UnsafeRawBufferPointer?) -> Bool {
        // libpq reads the bytes; its parameter is only not marked so.
        let bytes = value?.baseAddress.map { UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: CChar.self) }
        let length = value.map { Int32(truncatingIfNeeded: $0.count) } ?? -1
        return PQsetvalue(self.raw, self.count, column, bytes, length) != 0
    }

    /// The row is complete.
    mutating func endRow() {
        self.count += 1
    }

    /// The rows.
    consuming func finish() -> PGResultHandle {
        let raw = self.raw
        discard self
        return PGResultHandle(takingOwnershipOf: raw)
    }
}

extension BSONDocument {
    /// Builds a document.
    ///
    /// - Parameters:
    ///   - bytes: the size that is expected; more is allocated when it is needed.
    ///   - body: appends the elements.
    /// - Returns: the document; one that cannot be sent when the builder has kept a fault, see `checkLimits()`.
    @inlinable
    public static func build(reserving bytes: Int = 256, _ body: (inout BSONBuilder) -> Void) -> BSONDocument {
        var builder = BSONBuilder(reserving: bytes)
        body(&builder)
        return builder.document()
    }

    /// Reads the document without copying it.
    ///
    /// - Parameter body: gets a reader in front of the first element; must not keep it.
    /// - Returns: what `body` returns.
    /// - Throws: `.invalidDocument` when the document has a fault, and what `body` throws.
    public borrowing func read<Result>(
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try self.checkLimits()
        let depth = self.depth
        return try self.bytes.span.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(MongoError) in
            try BSONReader.read(bytes, depthBound: depth, body)
        }
    }
}

extension BSONReader {
    /// Reads the document that is the value of this element.
    ///
    /// - Parameter body: gets a reader of it; must not keep it.
    /// - Returns: what `body` returns.
    /// - Throws: `.decoding` for another type, `.invalidDocument` when it is too deep, and what `body` throws.
    @inlinable
    public func readDocument<Result>(
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        guard self.type == .document else { throw self.mismatch("a document") }
        return try self.readNested(body)
    }

    /// Reads the array that is the value of this element.
    ///
    /// - Parameter body: gets a reader of its values in the order in which they stand; the keys are not looked at.
    /// - Returns: what `body` returns.
    /// - Throws: `.decoding` for another type, `.invalidDocument` when it is too deep, and what `body` throws.
    @inlinable
    public func readArray<Result>(
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        guard self.type == .array else { throw self.mismatch("an array") }
        return try self.readNested(body)
    }

    @inlinable
    func readNested<Result>(
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        guard self.level < BSONDocument.depthMax else { throw self.malformed(.tooDeep) }
        var reader = self.nested(at: self.valueStart)
        return try body(&reader)
    }

    /// A reader of the document or array at `offset`, the extent of which `step()` has checked.
    @inlinable
    func nested(at offset: Int) -> BSONReader {
        BSONReader(
            root: self.root,
            rootCount: self.rootCount,
            index: offset &+ 4,
            end: self.index &- 1,
            level: self.level &+ 1,
            depthBound: self.depthBound.map { max(0, $0 &- 1) }
        )
    }

    /// Where the scope of code with scope begins.
    var scopeStart: Int {
        self.valueStart &+ 8 &+ self.int32(at: self.valueStart &+ 4)
    }
}

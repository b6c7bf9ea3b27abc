extension BSONReader {
    /// Checks the rest of the document with all below it.
    ///
    /// - Parameters:
    ///   - levelsLeft: how many levels there may be below this one.
    ///   - requiresUTF8: whether keys and texts must be UTF-8.
    /// - Returns: how many levels there are below.
    /// - Throws: what is wrong; `elementStart` then says where.
    mutating func check(levelsLeft: Int, requiresUTF8: Bool) throws(BSONDamage) -> Int {
        var depth = 0
        while try self.step() {
            if requiresUTF8 {
                try self.checkTexts()
            }
            let start: Int
            switch self.type {
            case .document, .array: start = self.valueStart
            case .javaScriptWithScope: start = self.scopeStart
            default: continue
            }
            guard levelsLeft > 0 else { throw .tooDeep }
            var below = self.nested(at: start)
            do throws(BSONDamage) {
                depth = max(depth, try below.check(levelsLeft: levelsLeft - 1, requiresUTF8: requiresUTF8) + 1)
            } catch {
                self.elementStart = below.elementStart
                throw error
            }
        }
        return depth
    }

    private func checkTexts() throws(BSONDamage) {
        try Self.checkUTF8(self.keyBytes)
        switch self.type {
        case .string, .javaScript, .symbol, .dbPointer: try Self.checkUTF8(self.textBytes(at: self.valueStart))
        case .javaScriptWithScope: try Self.checkUTF8(self.textBytes(at: self.valueStart &+ 4))
        case .regex:
            let (pattern, next) = self.cString(at: self.valueStart)
            try Self.checkUTF8(pattern)
            try Self.checkUTF8(self.cString(at: next).text)
        default: break
        }
    }

    private static func checkUTF8(_ bytes: UnsafeRawBufferPointer) throws(BSONDamage) {
        guard BSONBuilder.isUTF8(bytes) else { throw .notUTF8 }
    }
}

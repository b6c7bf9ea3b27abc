extension BSONBuilder {
    /// Keeps the first fault, and nothing of what was written.
    ///
    /// - Parameters:
    ///   - reason: what is wrong; must not hold a value.
    ///   - key: the key of the element at fault, when it is not written.
    mutating func fail(_ reason: String, below key: String? = nil) {
        guard self.fault == nil else { return }
        self.keep(BSONFault(path: self.path(to: key), reason: reason))
    }

    /// Keeps the fault of a document that is the value of the element written last.
    @inline(never)
    mutating func fail(_ fault: BSONFault) {
        guard self.fault == nil else { return }
        self.keep(fault.below(self.path(to: nil)))
    }

    private mutating func keep(_ fault: BSONFault) {
        self.fault = fault
        self.count = 0
        self.capacity = 0
        self.open = 0
        self.level = 0
    }

    /// The path of the innermost open document, and of the element written last within it unless there is a `key`.
    private func path(to key: String?) -> String {
        guard self.count > 4 else { return key.map(Self.bounded) ?? "" }
        var starts = [self.open]
        while let start = starts.last, start > 0 {
            starts.append(Int(self.memory.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        }
        starts.reverse()
        var path = ""
        for (index, start) in starts.enumerated() {
            let isArray = start > 0 && self.isArray(starts[index - 1], start)
            if index + 1 < starts.count {
                path += self.component(below: start, isArray: isArray, isEmpty: path.isEmpty) {
                    $0 == starts[index + 1]
                }
            } else if let key {
                path += isArray ? "[\(Self.bounded(key))]" : (path.isEmpty ? "" : ".") + Self.bounded(key)
            } else {
                path += self.component(below: start, isArray: isArray, isEmpty: path.isEmpty) { _ in false }
            }
        }
        return path
    }

    private static func bounded(_ key: String) -> String {
        String(key.unicodeScalars.prefix(64).map { $0 == "\0" ? "\u{2400}" : Character($0) })
    }

    /// Whether the document at `start` is an array, by the type byte in `parent`.
    private func isArray(_ parent: Int, _ start: Int) -> Bool {
        var reader = self.reader(below: parent)
        while (try? reader.step()) == true, reader.valueStart < start {}
        return reader.valueStart == start && reader.type == .array
    }

    /// The key of the first element below `start` that `isWanted` by the offset of its value, or that is unfinished.
    private func component(
        below start: Int,
        isArray: Bool,
        isEmpty: Bool,
        _ isWanted: (Int) -> Bool
    ) -> String {
        var reader = self.reader(below: start)
        var position = -1
        // An unfinished element is malformed, so the walk ends there.
        repeat { position += 1 } while (try? reader.step()) == true && !isWanted(reader.valueStart)
        return isArray ? "[\(position)]" : (isEmpty ? "" : ".") + Self.bounded(reader.key)
    }

    private func reader(below start: Int) -> BSONReader {
        BSONReader(
            root: self.memory,
            rootCount: self.count,
            index: start + 4,
            end: min(self.count, self.capacity - 1),
            level: 0,
            depthBound: nil
        )
    }
}

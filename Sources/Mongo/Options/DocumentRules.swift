/// The rules for documents of a call, which are checked before anything is sent.
enum DocumentRules {
    /// - Parameters:
    ///   - document: a filter, an update, or what is to be stored.
    ///   - name: what the error calls it.
    ///   - index: its place in the list that was given, from 0.
    /// - Throws: `.invalidDocument` when it is larger or deeper than MongoDB takes.
    static func limits(_ document: BSONDocument, _ name: StaticString, index: Int? = nil) throws(MongoError) {
        let count = document.bytes.count
        guard count <= BSONDocument.storedSizeMax else {
            let reason = "\(count) bytes; \(BSONDocument.storedSizeMax) are allowed"
            throw MongoError(.invalidDocument, "\(self.place(name, index)): \(reason)")
        }
        do throws(MongoError) {
            try document.checkLimits()
        } catch {
            throw MongoError(.invalidDocument, "\(self.place(name, index)): \(error.message)")
        }
    }

    /// - Throws: `.invalidArgument` unless the document holds update operators.
    static func update(_ update: BSONDocument, index: Int? = nil) throws(MongoError) {
        try self.limits(update, "update", index: index)
        guard !update.isEmpty else {
            throw MongoError(.invalidArgument, "\(self.place("update", index)): must hold operators such as $set")
        }
        guard update.hasOnlyOperators else {
            let rule = "every key must be an operator such as $set; a whole document is written by replaceOne"
            throw MongoError(.invalidArgument, "\(self.place("update", index)): \(rule)")
        }
    }

    /// Asks that there is a stage, under the keys 0, 1, 2, and that each begins with the operator that names it.
    static func updatePipeline(numbered stages: BSONDocument, index: Int? = nil) throws(MongoError) {
        try self.limits(stages, "update pipeline", index: index)
        // libmongoc would send an empty one as an empty replacement.
        guard !stages.isEmpty else {
            throw MongoError(.invalidArgument, "\(self.place("update pipeline", index)): must have a stage")
        }
        for (number, value) in stages {
            guard case .document(let stage) = value, stage.firstKeyByte == UInt8(ascii: "$") else {
                let rule = "stage \(number) must begin with an operator such as $set"
                throw MongoError(.invalidArgument, "\(self.place("update pipeline", index)): \(rule)")
            }
        }
    }

    /// - Throws: `.invalidArgument` unless each stage begins with the operator that names it.
    static func stages(_ stages: [BSONDocument], _ name: StaticString, index: Int? = nil) throws(MongoError) {
        for (number, stage) in stages.enumerated() {
            guard stage.firstKeyByte == UInt8(ascii: "$") else {
                let rule = "stage \(number) must begin with an operator such as $set"
                throw MongoError(.invalidArgument, "\(self.place(name, index)): \(rule)")
            }
            try self.limits(stage, name, index: index ?? number)
        }
    }

    /// - Throws: `.invalidArgument` when the document begins with an operator.
    static func replacement(_ replacement: BSONDocument, index: Int? = nil) throws(MongoError) {
        try self.limits(replacement, "replacement", index: index)
        guard replacement.firstKeyByte != UInt8(ascii: "$") else {
            let rule = "must not hold operators such as $set, which belong into updateOne"
            throw MongoError(.invalidArgument, "\(self.place("replacement", index)): \(rule)")
        }
        // libmongoc tells an update pipeline from a document by its keys 0, 1, 2 and the operators below them.
        guard !replacement.looksLikePipeline else {
            let rule = "a document with the key 0 that holds an operator would be taken for an update pipeline"
            throw MongoError(.invalidArgument, "\(self.place("replacement", index)): \(rule)")
        }
    }

    static func notEmpty(_ list: some Collection, _ name: StaticString) throws(MongoError) {
        guard list.isEmpty else { return }
        throw MongoError(.invalidArgument, "\(name): must not be empty")
    }

    private static func place(_ name: StaticString, _ index: Int?) -> String {
        index.map { "\(name), index \($0)" } ?? "\(name)"
    }
}

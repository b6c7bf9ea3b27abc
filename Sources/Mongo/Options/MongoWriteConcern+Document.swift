import ServerRuntime

extension MongoWriteConcern {
    /// The document that the server knows it as.
    var document: BSONDocument {
        var document = BSONDocument()
        switch self.acknowledgement {
        case .majority: document.append("w", "majority")
        case .members(let count): document.append("w", .int32(max(1, count)))
        }
        document.append("j", .bool(self.journal))
        if self.timeout > .zero {
            document.append("wtimeout", .int64(Int64(self.timeout.milliseconds(rounding: .up))))
        }
        return document
    }
}

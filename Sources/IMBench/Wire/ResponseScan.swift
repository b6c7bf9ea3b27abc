/// The fields of a gob response envelope that the load generator looks at, found without copying.
///
/// It relies on the order of the fields in the definition that the server writes (wire format of OpenIM v3.8), which is
/// the same in every frame.
struct ResponseScan {
    var identifier: Int32 = 0
    var errorCode: Int32 = 0
    /// Where `MsgIncr` lies in the frame.
    var increment: Range<Int> = 0..<0
    /// Where `Data` lies in the frame.
    var data: Range<Int> = 0..<0

    /// - Throws: `ByteScan.Malformed` for anything else than such an envelope.
    init(_ frame: UnsafeRawBufferPointer) throws(ByteScan.Malformed) {
        var outer = ByteScan(frame)
        while true {
            var segment = ByteScan(frame, try outer.gobBytes())
            // Negative: the definition of the type, which is known.
            guard try segment.gobInt() > 0 else { continue }
            try self.scan(&segment)
            return
        }
    }

    private mutating func scan(_ value: inout ByteScan) throws(ByteScan.Malformed) {
        var field: UInt64 = 0
        while true {
            let delta = try value.gobUInt()
            guard delta > 0 else { return }
            field &+= delta
            switch field {
            case 1: self.identifier = Int32(truncatingIfNeeded: try value.gobInt())
            case 2: self.increment = try value.gobBytes()
            case 4: self.errorCode = Int32(truncatingIfNeeded: try value.gobInt())
            case 3, 5: _ = try value.gobBytes()
            case 6: self.data = try value.gobBytes()
            default: throw ByteScan.Malformed()
            }
        }
    }
}

/// Finds the messages of a `PushMessages` and tells what the load generator wants to know of each, without decoding.
struct PushScan {
    /// One message of a push.
    struct Item {
        /// Where the client's id lies.
        var clientMsgID: Range<Int> = 0..<0
        var seq: Int64 = 0
    }

    /// Calls `body` for each chat message in `range` of `frame`, in order; notifications are passed over.
    static func messages(
        _ frame: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ body: (Item) -> Void
    ) throws(ByteScan.Malformed) {
        try self.fields(frame, range, number: 1) { (entry) throws(ByteScan.Malformed) in
            // An entry of the map: 1 the conversation, 2 its messages.
            try self.fields(frame, entry, number: 2) { (list) throws(ByteScan.Malformed) in
                try self.fields(frame, list, number: 1) { (message) throws(ByteScan.Malformed) in
                    body(try self.item(frame, message))
                }
            }
        }
    }

    private static func fields(
        _ frame: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        number: UInt64,
        _ body: (Range<Int>) throws(ByteScan.Malformed) -> Void
    ) throws(ByteScan.Malformed) {
        var scan = ByteScan(frame, range)
        while !scan.isAtEnd {
            let key = try scan.varint()
            if key == number << 3 | 2 {
                try body(try scan.delimited())
            } else {
                try scan.skip(wireType: key & 7)
            }
        }
    }

    private static func item(_ frame: UnsafeRawBufferPointer, _ range: Range<Int>) throws(ByteScan.Malformed) -> Item {
        var item = Item()
        var scan = ByteScan(frame, range)
        while !scan.isAtEnd {
            switch try scan.varint() {
            case 4 << 3 | 2: item.clientMsgID = try scan.delimited()
            case 14 << 3: item.seq = Int64(bitPattern: try scan.varint())
            case let key: try scan.skip(wireType: key & 7)
            }
        }
        return item
    }
}

/// What the messages of a load say.
enum MessageBody {
    /// The content of a text message of so many bytes, at least as many as its JSON takes.
    ///
    /// Its letters compress about as much as text does, and are the same for the same seed.
    static func text(bytes: Int, seed: UInt64) -> [UInt8] {
        let (head, tail) = (Array(#"{"content":""#.utf8), Array(#""}"#.utf8))
        let letters = Array("etaoinshrdlucmfwypvbgkjqxz     ETAOIN0123456789".utf8)
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
        var body = head
        for _ in 0..<max(1, bytes - head.count - tail.count) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            body.append(letters[Int((state >> 33) % UInt64(letters.count))])
        }
        return body + tail
    }
}

/// The elements of an array that has a known length or more, decoded one by one.
struct ReplyElements {
    let values: [RedisValue]

    /// Decodes the element at `index`, which names itself in the error.
    func decode<Part: RedisReply>(_ index: Int, as type: Part.Type = Part.self) throws(RedisError) -> Part {
        guard index < self.values.count else { throw RedisValue.array(self.values).mismatch("longer array") }
        do throws(RedisError) {
            return try Part(reply: self.values[index])
        } catch {
            throw error.inside(index)
        }
    }
}

extension RedisValue {
    /// The elements of an array of at least `count`: later servers may append more.
    func elements(count: Int) throws(RedisError) -> ReplyElements {
        guard case .array(let values) = self, values.count >= count else {
            throw self.mismatch("array of \(count)")
        }
        return ReplyElements(values: values)
    }
}

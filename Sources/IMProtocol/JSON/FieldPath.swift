/// Where in a JSON value the decoder is; becomes text only when an error needs it.
indirect enum FieldPath {
    /// The whole value.
    case root
    case field(String, of: FieldPath)
    case index(Int, of: FieldPath)

    /// The path as `users[2].userID`; empty for the whole value.
    var text: String {
        switch self {
        case .root: return ""
        case .field(let name, let parent):
            let text = parent.text
            return text.isEmpty ? name : "\(text).\(name)"
        case .index(let index, let parent): return "\(parent.text)[\(index)]"
        }
    }
}

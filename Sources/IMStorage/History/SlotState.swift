/// What a slot of a stored block was found to hold, as far as writing into it is concerned.
enum SlotState: Sendable, Hashable {
    /// Neither a message nor an identity; what else is there, such as a revocation, stays.
    ///
    /// In blocks of this server the `id` is null, in those of OpenIM's own server it is absent.
    case free
    /// Null instead of a slot.
    case null
    /// A message of this identity, or what was left of it when its content was deleted.
    case held(MessageIdentity)
    /// Something that no version of the server writes.
    case malformed
}

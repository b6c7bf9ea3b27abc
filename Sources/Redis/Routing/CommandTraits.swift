/// What routing must know of a command.
struct CommandTraits: Sendable, Equatable {
    /// Where its keys are.
    var keys = KeyLayout.none
    /// Where it goes when it names no key.
    var keyless = KeylessRoute.anyMaster
    /// How it is split when its keys lie in several slots; `nil` if it must not be.
    var split: CommandSplit?
}

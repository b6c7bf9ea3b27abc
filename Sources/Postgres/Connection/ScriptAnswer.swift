/// What a text of several statements has answered so far.
final class ScriptAnswer {
    var affectedRows = 0
    var failure: PostgresError?
    /// The server has been asked to stop it.
    var isCancelRequested = false
}

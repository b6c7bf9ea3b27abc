internal import Hummingbird

/// What Hummingbird makes for each request; this API keeps nothing in it.
struct APIRequestContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}

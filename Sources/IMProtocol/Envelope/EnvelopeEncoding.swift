/// How the envelopes of a connection are written; decided once, by the query parameter `sdkType`.
package enum EnvelopeEncoding: String, Sendable, Hashable, CaseIterable {
    /// Go's gob format: native and WASM clients, which send no `sdkType` at all.
    case gob = "go"
    /// JSON with base64 data: clients written in JavaScript.
    case json = "js"
}

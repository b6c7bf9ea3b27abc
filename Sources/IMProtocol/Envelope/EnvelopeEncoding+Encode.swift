extension EnvelopeEncoding {
    /// `request` in this encoding, not compressed.
    package func encode(_ request: RequestEnvelope) -> [UInt8] {
        switch self {
        case .gob: GobEnvelope.encode(request)
        case .json: JSONEnvelope.encode(request)
        }
    }

    /// `response` in this encoding, not compressed.
    package func encode(_ response: ResponseEnvelope) -> [UInt8] {
        switch self {
        case .gob: GobEnvelope.encode(response)
        case .json: JSONEnvelope.encode(response)
        }
    }
}

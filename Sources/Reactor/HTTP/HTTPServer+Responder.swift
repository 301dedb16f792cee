import CMicroHTTPD

extension HTTPServer {
    /// Responds to one request, immediately or later; the first call of `respond`, `drop` or `hang` wins. Releasing the
    /// responder doesn't end the request: it keeps waiting.
    package final class Responder {
        enum State {
            case open
            case responded(Response)
            case dropped
            case hanging
        }

        struct Response {
            enum Body {
                case bytes([UInt8])
                case file(ServedFile, Range<Int>)
            }

            let status: Int
            let body: Body
            let headers: [(name: String, value: String)]
        }

        private weak var server: HTTPServer?
        /// Nil once the request has ended.
        private var connection: OpaquePointer?
        private var request: Request
        /// The parser of a form body.
        private var form: MultipartParser?
        /// The status for a request that is rejected by its headers or its body.
        private var rejection: Int?
        private var bodyLimit = 0
        private var bytesLeft = Int.max
        private var wasHandedOver = false
        private var state = State.open

        /// Whether the client closed the connection while waiting, so that a response would be lost.
        package private(set) var clientIsGone = false
        /// Called once, from the loop, if the client closes the connection while waiting.
        package fileprivate(set) var onClientGone: (() -> Void)?

        init(to request: Request, on connection: OpaquePointer, in server: HTTPServer) {
            self.request = request
            self.connection = connection
            self.server = server
        }

        /// - Parameters:
        ///   - contentType: nil sends no Content-Type header.
        ///   - headers: additional headers. Content-Length and Date are added; `Connection: close` closes the
        ///     connection after the response.
        package func respond(
            status: Int, contentType: String? = nil, body: [UInt8] = [],
            headers: [(name: String, value: String)] = []
        ) {
            let type = contentType.map { [(name: "Content-Type", value: $0)] } ?? []
            end(with: .responded(Response(status: status, body: .bytes(body), headers: type + headers)))
        }

        /// Closes the connection without a response, even after `hang`.
        package func drop() {
            if case .hanging = state { state = .open }
            end(with: .dropped)
        }

        /// Leaves the client waiting until it disconnects or the server closes; later responses are ignored.
        package func hang() {
            guard case .open = state else { return }
            state = .hanging
        }

        func end(with state: State) {
            guard case .open = self.state, let connection else { return }
            self.state = state
            server?.release(connection)
        }

        // MARK: the request's way through the server

        static func from(_ slot: UnsafeMutableRawPointer?) -> Responder? {
            slot.map { Unmanaged<Responder>.fromOpaque($0).takeUnretainedValue() }
        }

        static func requestEnded(_ slot: UnsafeMutableRawPointer) {
            let responder = Unmanaged<Responder>.fromOpaque(slot).takeRetainedValue()
            responder.connection = nil
        }

        var range: String { request.range }

        /// Prepares for the body, once the request's headers have arrived.
        func expectBody(limit: Int, rejects: (Request) -> Int?, breaksOffAfter: (Request) -> Int?) {
            bodyLimit = limit
            bytesLeft = max(0, breaksOffAfter(request) ?? .max)
            rejection = rejects(request)
            guard rejection == nil, MultipartParser.isMultipart(request.contentType) else { return }
            form = MultipartParser(
                contentType: request.contentType,
                keptBytes: server?.limits.keptBytes ?? MultipartParser.textLimit)
            if form == nil { rejection = 400 }
        }

        /// - Returns: false to close the connection.
        func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
            bytesLeft -= piece.count
            guard bytesLeft >= 0 else { return false }
            if form != nil {
                form?.parse(piece)
            } else if request.body.count + piece.count > bodyLimit {
                rejection = rejection ?? 413
            } else if rejection == nil {
                request.body.append(contentsOf: piece)
            }
            return true
        }

        private func endBody() {
            guard var form else { return }
            form.finish()
            rejection = form.error?.rawValue
            request.parts = form.parts
            self.form = nil
        }

        func clientLeft() {
            clientIsGone = true
            drop()
            onClientGone?()
        }

        /// Passes the complete request to the handler, or carries out the handler's decision.
        ///
        /// - Returns: false to close the connection.
        func proceed(_ handler: (Request, Responder) -> Void) -> Bool {
            guard let connection else { return false }
            if !wasHandedOver {
                wasHandedOver = true
                endBody()
                if let rejection {
                    respond(status: rejection, headers: [("Connection", "close")])
                } else {
                    handler(request, self)
                }
            }
            switch state {
            case .open, .hanging:
                server?.hold(connection, for: self)
                return true
            case .responded(let response):
                return response.queue(on: connection)
            case .dropped:
                return false
            }
        }
    }
}

extension HTTPServer.Responder.Response {
    func queue(on connection: OpaquePointer) -> Bool {
        guard let response = response() else { return false }
        defer { MHD_destroy_response(response) }
        for header in headers { MHD_add_response_header(response, header.name, header.value) }
        return MHD_queue_response(connection, UInt32(clamping: status), response) == .YES
    }

    private func response() -> OpaquePointer? {
        switch body {
        case .bytes(let bytes):
            // libmicrohttpd copies the bytes, because an array's address is valid only during this call.
            bytes.withUnsafeBytes {
                MHD_create_response_from_buffer(
                    $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .file(let file, let range): FileResponse(file, range).response()
        }
    }
}

import CMicroHTTPD

extension HTTPServer {
    /// Responds to one request, at once or later: the first of `respond`, `drop` and `hang` counts. It may be let
    /// go: a request without a response waits.
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
        /// Nil once the request is over.
        private var connection: OpaquePointer?
        private var request: Request
        /// Where the body is a form.
        private var form: MultipartParser?
        /// The status of a body that can't be taken.
        private var rejection: Int?
        private var bodyLimit = 0
        private var bytesLeft = Int.max
        private var wasHandedOver = false
        private var state = State.open

        /// The client closed the connection while it waited: nobody reads a response.
        package private(set) var clientIsGone = false
        /// Called once, from the loop, when the client closes the connection while it waits.
        package fileprivate(set) var onClientGone: (() -> Void)?

        init(to request: Request, on connection: OpaquePointer, in server: HTTPServer) {
            self.request = request
            self.connection = connection
            self.server = server
        }

        /// - Parameters:
        ///   - contentType: no such header without one.
        ///   - headers: further ones; Content-Length and Date are added, `Connection: close` ends the
        ///     connection after the response.
        package func respond(
            status: Int, contentType: String? = nil, body: [UInt8] = [],
            headers: [(name: String, value: String)] = []
        ) {
            let type = contentType.map { [(name: "Content-Type", value: $0)] } ?? []
            end(with: .responded(Response(status: status, body: .bytes(body), headers: type + headers)))
        }

        /// Closes the connection without a response, also after `hang`.
        package func drop() {
            if case .hanging = state { state = .open }
            end(with: .dropped)
        }

        /// Leaves the client waiting until it goes away or the server closes: responses are ignored from now on.
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

        /// Takes the request's head, which is there by now.
        func expectBody(limit: Int, breaksOffAfter: (Request) -> Int?) {
            bodyLimit = limit
            bytesLeft = max(0, breaksOffAfter(request) ?? .max)
            guard MultipartParser.isMultipart(request.contentType) else { return }
            form = MultipartParser(
                contentType: request.contentType, keptBytes: server?.keptBytes ?? MultipartParser.textLimit)
            if form == nil { rejection = 400 }
        }

        /// - Returns: false closes the connection.
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

        /// Hands the whole request over, or carries out what became of it.
        ///
        /// - Returns: false closes the connection.
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
            // libmicrohttpd copies the bytes: an array promises no address beyond this call.
            bytes.withUnsafeBytes {
                MHD_create_response_from_buffer(
                    $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .file(let file, let range): FileResponse(file, range).response()
        }
    }
}

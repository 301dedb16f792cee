import CMicroHTTPD

extension HTTPServer {
    /// Answers one request, at once or later: the first of `answer`, `drop` and `hang` counts. It may be let
    /// go: a request that nobody answers waits.
    public final class Responder {
        private enum Fate {
            case open
            case answered(Answer)
            case dropped
            case hanging
        }

        fileprivate struct Answer {
            let status: Int
            let body: [UInt8]
            let headers: [(name: String, value: String)]
        }

        private weak var server: HTTPServer?
        /// Nil once the request is over.
        private var connection: OpaquePointer?
        private var request: Request
        private var bodyIsTooLong = false
        private var wasHandedOver = false
        private var fate = Fate.open

        /// The client closed the connection while it waited: nobody reads an answer.
        public private(set) var clientIsGone = false
        /// Called once, from the loop, when the client closes the connection while it waits.
        public var onClientGone: (() -> Void)?

        init(to request: Request, on connection: OpaquePointer, in server: HTTPServer) {
            self.request = request
            self.connection = connection
            self.server = server
        }

        /// - Parameters:
        ///   - contentType: no such header without one.
        ///   - headers: further ones; Content-Length and Date are added, `Connection: close` ends the
        ///     connection after the answer.
        public func answer(
            status: Int, contentType: String? = nil, body: [UInt8] = [],
            headers: [(name: String, value: String)] = []
        ) {
            let type = contentType.map { [(name: "Content-Type", value: $0)] } ?? []
            settle(.answered(Answer(status: status, body: body, headers: type + headers)))
        }

        /// Closes the connection without an answer, also after `hang`.
        public func drop() {
            if case .hanging = fate { fate = .open }
            settle(.dropped)
        }

        /// Leaves the client waiting until it goes away or the server closes: answers are ignored from now on.
        public func hang() {
            guard case .open = fate else { return }
            fate = .hanging
        }

        private func settle(_ fate: Fate) {
            guard case .open = self.fate, let connection else { return }
            self.fate = fate
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

        func receive(_ piece: UnsafeRawBufferPointer, limit: Int) {
            bodyIsTooLong = bodyIsTooLong || request.body.count + piece.count > limit
            if !bodyIsTooLong { request.body.append(contentsOf: piece) }
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
                if bodyIsTooLong {
                    answer(status: 413, headers: [("Connection", "close")])
                } else {
                    handler(request, self)
                }
            }
            switch fate {
            case .open, .hanging:
                server?.hold(connection, for: self)
                return true
            case .answered(let answer):
                return answer.queue(on: connection)
            case .dropped:
                return false
            }
        }
    }
}

extension HTTPServer.Responder.Answer {
    func queue(on connection: OpaquePointer) -> Bool {
        // libmicrohttpd copies the bytes: an array promises no address beyond this call.
        let response = body.withUnsafeBytes {
            MHD_create_response_from_buffer(
                $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let response else { return false }
        defer { MHD_destroy_response(response) }
        for header in headers { MHD_add_response_header(response, header.name, header.value) }
        return MHD_queue_response(connection, UInt32(status), response) == .YES
    }
}

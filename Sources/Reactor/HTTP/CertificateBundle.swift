import Glibc

/// The file with the certificates of the authorities that TLS connections trust.
package nonisolated enum CertificateBundle {
    /// Where distributions keep it. libcurl knows only the place on the machine that it was built on.
    package static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]

    /// The variables that name it, as for curl and OpenSSL.
    package static let variables = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"]

    /// The file that a variable names, else the first place that has one; nil for libcurl's own.
    ///
    /// - Parameter variable: reads an environment variable.
    package static func path(variable: (String) -> String?) -> String? {
        let named = variables.lazy.compactMap(variable).first { !$0.isEmpty }
        return named ?? places.first { access($0, R_OK) == 0 }
    }
}

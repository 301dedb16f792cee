/// Finds links and e-mail addresses around each dot that may be part of a host.
struct URLDetector {
    /// The text's code points.
    let letters: [UInt32]

    // MARK: tg://…

    func telegramLinks() -> [TextEntities.Found] {
        var found: [TextEntities.Found] = []
        var start = 0
        while let colon = letters[start...].firstIndex(of: 0x3A) {
            start = colon + 1
            guard isSchemeEnd(colon) else { continue }
            let scheme = [2, 3].first { length in
                colon >= length && ["tg", "ton"].contains(text(colon - length..<colon).lowercased())
            }
            guard let scheme else { continue }
            start = colon + 3
            while start < letters.count, start < colon + 256,
                letters[start].isNameLetter || letters[start] == 0x2D
            {
                start += 1
            }
            guard start > colon + 3 else { continue }
            start = pathEnd(from: start)
            found.append((.url, colon - scheme..<start))
        }
        return found
    }

    // MARK: hosts

    func others() -> [TextEntities.Found] {
        var found: [TextEntities.Found] = []
        // Text before this index is already processed.
        var start = 0
        while let dot = letters[start...].firstIndex(of: 0x2E), dot + 1 < letters.count {
            let match = match(around: dot, from: start)
            if let match, match.isGood, match.end > dot + 1, let entity = checked(match.begin..<match.end) {
                found.append(entity)
            }
            var next = match?.end ?? dot + 1
            if match?.isGood == false { while next > dot + 1, letters[next - 1] != 0x2E { next -= 1 } }
            while match?.isGood == true, next < letters.count, letters[next] == 0x2E { next += 1 }
            start = max(next, dot + 1)
        }
        return found
    }

    private func match(around dot: Int, from start: Int) -> (begin: Int, end: Int, isGood: Bool)? {
        guard !letters[dot + 1].isSeparator else { return nil }
        var begin = dot
        while begin > start, letters[begin - 1].isHostLetter { begin -= 1 }
        var end = dot
        var hasAt = false
        while end < letters.count, letters[end].isHostLetter || letters[end] == 0x40 {
            if letters[end] == 0x40 { hasAt = true }
            end += 1
        }
        if hasAt { while begin > start, letters[begin - 1].isUserLetter { begin -= 1 } }
        end = pathEnd(from: portEnd(from: end))
        while end > dot + 1, letters[end - 1] == 0x2E { end -= 1 }

        var isGood = true
        if begin > start, letters[begin - 1] == 0x40 {
            var user = begin - 1
            while user > start, letters[user - 1].isUserLetter { user -= 1 }
            isGood = !hasAt && user < begin - 1
            begin = user
        }
        guard begin > start else { return (begin, end, isGood) }
        guard begin - start >= 6, isSchemeEnd(begin - 3) else {
            let before = letters[begin - 1]
            return (begin, end, isGood && !before.isWordLetter && ![0x2F, 0x23, 0x40].contains(before))
        }
        var scheme = begin - 3
        while scheme > start, letters[scheme - 1].isSchemeLetter { scheme -= 1 }
        let name = text(scheme..<begin - 3).lowercased()
        let known = ["http", "https", "ftp"].first { name.hasSuffix($0) }
        guard let known, !["shttp", "tftp", "sftp"].contains(name) else { return (begin, end, false) }
        return (begin - 3 - known.count, end, isGood)
    }

    private func portEnd(from colon: Int) -> Int {
        guard colon < letters.count, letters[colon] == 0x3A else { return colon }
        var end = colon + 1
        while end < letters.count, letters[end].isASCIIDigit { end += 1 }
        let digits = letters[colon + 1..<end].drop { $0 == 0x30 }
        guard 1...5 ~= digits.count, UInt16(text(digits.startIndex..<end)) != nil else { return colon }
        return end
    }

    private func pathEnd(from begin: Int) -> Int {
        guard begin < letters.count, [0x2F, 0x3F, 0x23].contains(letters[begin]) else { return begin }
        var end = begin + 1
        while end < letters.count, letters[end].isPathLetter { end += 1 }
        while end > begin + 1, letters[end - 1].isSentenceEnd { end -= 1 }
        return letters[begin] == 0x2F || end > begin + 1 ? end : begin
    }

    // MARK: validation

    private func checked(_ range: Range<Int>) -> TextEntities.Found? {
        if letters[range].contains(0x40) {
            let found = text(range)
            if Self.isEmail(found[...]) { return (.email, range) }
            if found.hasPrefix("mailto:"), Self.isEmail(found.dropFirst(7)) {
                return (.email, range.lowerBound + 7..<range.upperBound)
            }
        }
        return urlEnd(range).map { (.url, range.lowerBound..<$0) }
    }

    /// The end of a link, before an unmatched closing bracket; nil if the range isn't a link.
    private func urlEnd(_ range: Range<Int>) -> Int? {
        let start = text(range.prefix(8)).lowercased()
        let scheme = ["http://", "https://", "ftp://"].first { start.hasPrefix($0) }
        let begin = range.lowerBound + (scheme?.count ?? 0)
        let path =
            letters[begin..<range.upperBound].firstIndex { [0x2F, 0x3F, 0x23].contains($0) }
            ?? range.upperBound
        var place = letters[begin..<path]
        if let at = place.firstIndex(of: 0x40) { place = place[(at + 1)...] }
        if let colon = place.lastIndex(of: 0x3A) { place = place[..<colon] }
        guard isHost(place, hasScheme: scheme != nil) else { return nil }

        var open = [0, 0, 0]
        var end = path
        while end < range.upperBound {
            if let index = [0x28, 0x5B, 0x7B].firstIndex(of: letters[end]) { open[index] += 1 }
            if let index = [0x29, 0x5D, 0x7D].firstIndex(of: letters[end]) { open[index] -= 1 }
            guard !open.contains(where: { $0 < 0 }) else { break }
            end += 1
        }
        while end > path, letters[end - 1].isSentenceEnd { end -= 1 }
        return end
    }

    private func isHost(_ host: ArraySlice<UInt32>, hasScheme: Bool) -> Bool {
        let parts = host.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last,
            parts.allSatisfy({ 1...63 ~= Self.byteCount($0) && $0.last != 0x2D })
        else { return false }
        if host.allSatisfy({ $0.isASCIIDigit || $0 == 0x2E }) {
            return parts.count == 4
                && parts.allSatisfy {
                    UInt8(String(letters: $0)) != nil && ($0.count == 1 || $0.first != 0x30)
                }
        }
        guard last.count > 1, !parts[parts.count - 2].contains(0x5F) else { return false }
        if last.starts(with: [0x78, 0x6E, 0x2D, 0x2D]) {
            return last.count > 5 && last.dropFirst(4).allSatisfy { $0.isNameLetter && $0 != 0x5F }
        }
        guard !last.contains(0x5F), !last.contains(0x2D) else { return false }
        let domain = String(letters: last)
        // A capitalized word after a dot probably starts a sentence, and only the space is missing.
        let isCapitalized =
            domain.first?.isUppercase == true && domain.dropFirst() == domain.dropFirst().lowercased()
        return hasScheme || !isCapitalized && TopLevelDomains.contains(domain.lowercased())
    }

    private static func byteCount(_ letters: ArraySlice<UInt32>) -> Int {
        letters.reduce(0) { $0 + ($1 < 0x80 ? 1 : $1 < 0x800 ? 2 : $1 < 0x10000 ? 3 : 4) }
    }

    static func isEmail(_ text: Substring) -> Bool {
        let sides = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return false }
        let names = sides[0].split(omittingEmptySubsequences: false) { $0 == 0x2E || $0 == 0x2B }
        guard names.count < 12, let last = names.last, 1...35 ~= last.count,
            names.dropLast().allSatisfy({ $0.count < 27 }),
            names.allSatisfy({ $0.allSatisfy { UInt32($0).isNameLetter || $0 == 0x2D } })
        else { return false }
        let hosts = sides[1].split(separator: 0x2E, omittingEmptySubsequences: false)
        guard 2...7 ~= hosts.count, let top = hosts.last, 2...8 ~= top.count, top.allSatisfy(\.isASCIILetter)
        else {
            return false
        }
        return hosts.dropLast().allSatisfy { host in
            guard let first = host.first, let last = host.last, host.count < 31 else { return false }
            return host.allSatisfy { UInt32($0).isNameLetter || $0 == 0x2D }
                && (first.isDigit || first.isASCIILetter)
                && (last.isDigit || last.isASCIILetter)
        }
    }

    /// Whether `://` is at this index.
    private func isSchemeEnd(_ index: Int) -> Bool {
        index + 2 < letters.count && letters[index] == 0x3A && letters[index + 1] == 0x2F
            && letters[index + 2] == 0x2F
    }

    private func text(_ range: Range<Int>) -> String { String(letters: letters[range]) }
}

extension UInt32 {
    /// General punctuation isn't part of a link, except for joiners and dashes.
    private var isLinkLetter: Bool {
        if 0x2000...0x206F ~= self { return self == 0x200C || self == 0x200D || 0x2010...0x2015 ~= self }
        return !isSeparator
    }

    fileprivate var isHostLetter: Bool {
        self < 0xC0 ? isNameLetter || self == 0x2E || self == 0x2D || self == 0x7E : isLinkLetter
    }

    fileprivate var isPathLetter: Bool {
        switch self {
        case 0x3C, 0x3E, 0x22, 0xAB, 0xBB: false
        default: isLinkLetter
        }
    }

    fileprivate var isUserLetter: Bool {
        switch self {
        case 0x2F, 0x5B, 0x5D, 0x7B, 0x7D, 0x28, 0x29, 0x27, 0x60, 0x40: false
        default: isPathLetter
        }
    }

    fileprivate var isSchemeLetter: Bool {
        self < 0x80 ? isNameLetter && self != 0x5F || self == 0x2B || self == 0x2D : !isSeparator
    }

    /// Whether the character ends a sentence, and isn't part of the link before it.
    fileprivate var isSentenceEnd: Bool { self < 0x80 && ".:;,('?!`".utf8.contains(UInt8(self)) }
}

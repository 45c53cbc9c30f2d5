#!/bin/sh
# verify.sh - ask an evidence package the regulator's ten questions.
#
#   sh verify/verify.sh --root /path/to/your/root.pem \
#       [--policy /path/to/your/policy.txt] [--checkpoint /path/to/held.note] \
#       [--tsa /path/to/your/tsa.pem] [PACKAGE]
#
# Needs a POSIX shell, OpenSSL 3.0 or later, coreutils, sed and awk (mawk or gawk); no
# program of ours. It shares no code with `kya verify`, so that one mistake cannot be
# made twice. PACKAGE is the folder above this script unless it is given.
#
# Nothing in the package is trusted and nothing in it is executed: a name or a number
# from it is checked before it becomes part of a path or of a command, and files are
# written below one folder of `mktemp -d` only, which is removed at the end. A copy of
# this script that lies in a package is a convenience, not a judge: compare it with the
# published one first.
#
# Exit: 0 all questions HOLD, 1 one FAILS, 3 none fails but one is UNKNOWN,
#       2 asked wrongly, 4 a tool is missing or too old.

set -u
LC_ALL=C
# No setting of this machine and none of the roots it trusts may change what is accepted;
# besides, OpenSSL would read a hundred roots for each certificate it shows.
OPENSSL_CONF=/dev/null
SSL_CERT_FILE=/dev/null
SSL_CERT_DIR=/dev/null
export LC_ALL OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR
unset CDPATH
umask 077

POLICY_OID=1.3.6.1.4.1.32473.1.3 # every leaf certificate carries it (identity.md 2.2)
ENTRIES_MAX=1000000              # beyond, this script answers UNKNOWN: it would take hours
FINDINGS_SHOWN=40

root='' policy='' held='' tsa='' package='' tmp=''

# ------------------------------------------------------------------ asking and answering

usage() {
    cat <<'EOF'
usage: sh verify/verify.sh --root FILE [--policy FILE] [--checkpoint FILE] [--tsa FILE]
           [PACKAGE]

  --root FILE        the root certificate that you hold, PEM; never the package's copy
  --policy FILE      the log's key and witnesses, as received before the first live order
  --checkpoint FILE  a checkpoint of this log that you kept from earlier
  --since FILE       the same; everything is checked again, from the first entry on
  --tsa FILE         roots of the time-stamping authorities that you trust, PEM
  PACKAGE            the folder to check; by default the one that holds this script

exit: 0 every question HOLDS, 1 one FAILS, 3 one is UNKNOWN, 2 usage, 4 missing tool
EOF
}

# die CODE TEXT: end without a verdict.
die() {
    printf 'verify.sh: %s\n' "$2" | printable >&2
    [ "$1" -ne 2 ] || usage >&2
    exit "$1"
}

# broken TEXT: a tool stopped where it must not; from any subshell, end all, because what
# was not looked at must not look as if it had held.
broken() {
    printf 'verify.sh: %s; no verdict\n' "$1" >&2
    kill -s USR1 "$$"
    exit 4
}

# Text from a package must not reach the terminal as a control sequence.
printable() {
    tr -c '[:print:]\n' '?'
}

# One line for each thing found, tab-separated; a question HOLDS only if something was
# checked for it and nothing spoke against it.
finding() {
    printf '%s\t%s\t%s\n' "$2" "$1" "$3" >>"$tmp/findings" || broken "cannot write findings"
}
fails() { finding FAILS "$1" "$2"; }
unknown() { finding UNKNOWN "$1" "$2"; }
checked() { finding CHECKED "$1" "$2"; }

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --root=* | --policy=* | --checkpoint=* | --since=* | --tsa=*) set -- "${1%%=*}" "${1#*=}" "$@" ;;
        esac
        case $1 in
            -h | --help)
                usage
                exit 0
                ;;
            --root | --policy | --checkpoint | --since | --tsa)
                [ -n "${2-}" ] || die 2 "$1 needs a file"
                case $1 in
                    --root) root=$2 ;;
                    --policy) policy=$2 ;;
                    # Whatever was verified before, this script asks about everything.
                    --checkpoint | --since) held=$2 ;;
                    --tsa) tsa=$2 ;;
                esac
                # `--root=FILE` was put before itself as two words.
                case ${3-} in "$1=$2") shift ;; esac
                shift 2
                ;;
            -*) die 2 "no option $1" ;;
            *)
                [ -z "$package" ] || die 2 "one package at a time: $1"
                package=$1
                shift
                ;;
        esac
    done
}

# The package's own copy proves nothing: whoever wrote the package chose it.
require_own() {
    if [ ! -f "$2" ] || [ ! -r "$2" ]; then
        die 2 "$1 $2: no such file, or not readable"
    fi
    own=$(realpath -- "$2") || die 2 "$1 $2: cannot be found"
    case $own in
        "$package"/*)
            die 2 "$1 $2: lies inside the package; bring the copy that you hold yourself"
            ;;
    esac
}

find_package() {
    [ -n "$package" ] || package=$(dirname -- "$0")/..
    [ -d "$package" ] || die 2 "$package: no such folder"
    package=$(cd -- "$package" && pwd -P) || die 2 "the package cannot be entered"
    [ -f "$package/SHA256SUMS" ] || [ -d "$package/log" ] ||
        die 2 "$package: no evidence package (neither SHA256SUMS nor log/)"
    [ -n "$root" ] || die 2 "--root is missing: a package cannot vouch for its own root"
    require_own --root "$root"
    root=$own
    [ -z "$policy" ] || { require_own --policy "$policy" && policy=$own; }
    [ -z "$held" ] || { require_own --checkpoint "$held" && held=$own; }
    [ -z "$tsa" ] || { require_own --tsa "$tsa" && tsa=$own; }
}

require_tools() {
    for tool in openssl awk sed sha256sum od cut tr sort comm cmp cat head tail wc \
        mktemp dirname realpath rm mkdir mv tac df date; do
        command -v "$tool" >/dev/null 2>&1 || die 4 "$tool: not found on the PATH"
    done
    version=$(openssl version)
    case $version in
        'OpenSSL '[3-9].* | 'OpenSSL '[1-9][0-9].*) ;;
        *) die 4 "openssl: want OpenSSL 3.0 or later, found ${version:-none}" ;;
    esac
    # Hashing needs NUL bytes, and the awk of some systems cannot write them.
    node=$(awk 'BEGIN { ORS = ""; print sprintf("%c", 0) "L123456" }' | sha256sum)
    case $node in
        395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56*) ;;
        *) die 4 "awk: cannot write a NUL byte; put mawk or gawk first on the PATH" ;;
    esac
}

# Some ten thousand small files are written: in memory, where there is room for them.
make_folder() {
    if [ -z "${TMPDIR-}" ] && [ -d /dev/shm ] && [ -w /dev/shm ]; then
        room=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 + 0 }')
        [ "${room:-0}" -lt 1000000 ] || { TMPDIR=/dev/shm && export TMPDIR; }
    fi
    tmp=$(mktemp -d) || die 4 "mktemp: no folder for intermediate files"
    trap 'rm -rf -- "$tmp"' EXIT
    trap 'exit 130' HUP INT TERM
    trap 'exit 4' USR1
    # In the environment: an operand of awk would have its backslashes read.
    KYA_TMP=$tmp
    KYA_PACKAGE=$package
    export KYA_TMP KYA_PACKAGE
    mkdir "$tmp/continued" "$tmp/leaf" "$tmp/raw" "$tmp/text" "$tmp/sig" "$tmp/hash" "$tmp/der" \
        "$tmp/pem" "$tmp/key" "$tmp/spki" "$tmp/shown" "$tmp/scope" "$tmp/crl" \
        "$tmp/note" "$tmp/log" "$tmp/session" "$tmp/policy"
    : >"$tmp/findings"
    : >"$tmp/jobs"
    : >"$tmp/files"
    : >"$tmp/actual"
    : >"$tmp/certificates"
    : >"$tmp/statements"
    : >"$tmp/same"
    : >"$tmp/logkeys"
    : >"$tmp/sessionsums"
}

# -------------------------------------------------------------------------- awk programs

# What every awk program below needs: bytes, base64, notes, JSON, time.
write_library() {
    cat >"$tmp/library.awk" <<'EOF'
BEGIN {
    TMP = ENVIRON["KYA_TMP"]
    for (code = 0; code < 256; code++) {
        HEX[code] = sprintf("%02x", code)
        CHR[HEX[code]] = sprintf("%c", code)
    }
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (code = 1; code <= 64; code++) B64[substr(alphabet, code, 1)] = code - 1
}

function finding(question, status, text) {
    print question "\t" status "\t" text >>(TMP "/findings")
}

# 10,000 files a folder: the names of one folder fit one command line.
function place(what, i) {
    return sprintf("%s/%s/%03d/%07d", TMP, what, int(i / 10000), i)
}

function write_file(path, content,   ors) {
    ors = ORS
    ORS = ""
    print content >path
    close(path)
    ORS = ors
}

function bytes(hex,   i, out) {
    out = ""
    for (i = 1; i < length(hex); i += 2) out = out CHR[substr(hex, i, 2)]
    return out
}

# Padded base64 in its one spelling as hexadecimal; "" for anything else.
function unbase64(text,   n, pad, core, i, v, out) {
    n = length(text)
    pad = 0
    if (substr(text, n) == "=") pad = substr(text, n - 1) == "==" ? 2 : 1
    core = substr(text, 1, n - pad)
    if (n == 0 || n % 4 || core ~ /[^A-Za-z0-9+\/]/) return ""
    n -= pad
    out = ""
    for (i = 1; i + 3 <= n; i += 4) {
        v = ((B64[substr(core, i, 1)] * 64 + B64[substr(core, i + 1, 1)]) * 64 \
            + B64[substr(core, i + 2, 1)]) * 64 + B64[substr(core, i + 3, 1)]
        out = out HEX[int(v / 65536)] HEX[int(v / 256) % 256] HEX[v % 256]
    }
    if (pad == 2) {
        v = B64[substr(core, i, 1)] * 64 + B64[substr(core, i + 1, 1)]
        return v % 16 ? "" : out HEX[int(v / 16)]
    }
    if (pad == 1) {
        v = (B64[substr(core, i, 1)] * 64 + B64[substr(core, i + 1, 1)]) * 64 \
            + B64[substr(core, i + 2, 1)]
        return v % 4 ? "" : out HEX[int(v / 1024)] HEX[int(v / 4) % 256]
    }
    return out
}

# Reads a C2SP signed note into N_TEXT, N_COUNT, N_NAME, N_ID, N_SIG (hex); returns what
# is wrong with it, or "". The last blank line parts text and signatures.
function note(raw,   at, p, lines, n, k, words, hex) {
    at = 0
    while ((p = index(substr(raw, at + 1), "\n\n")) > 0) at += p
    if (!at) return "no blank line between text and signatures"
    N_TEXT = substr(raw, 1, at)
    if (raw ~ /[\001-\011\013-\037]/) return "control characters"
    n = split(substr(raw, at + 2), lines, "\n")
    N_COUNT = n - 1
    if (lines[n] != "" || n < 2 || n > 17) return "want 1 to 16 signature lines"
    for (k = 1; k < n; k++) {
        if (split(lines[k], words, " ") != 3 || words[1] != "\342\200\224")
            return "a signature line is malformed"
        hex = unbase64(words[3])
        if (length(hex) <= 8 || words[2] ~ /[+]/ \
            || lines[k] != words[1] " " words[2] " " words[3])
            return "a signature line is malformed"
        N_NAME[k] = words[2]
        N_ID[k] = substr(hex, 1, 8)
        N_SIG[k] = substr(hex, 9)
    }
    return ""
}

# Reads one canonical JSON text: V["scope.markets.1"] is a string, a number or a word,
# N["scope.markets"] the length of a list, K["scope"] the names of an object, comma
# after comma. Returns 0 unless keys are sorted and unique and there is no white space.
# Splitting at the quotation marks makes every second part a string; what is escaped in
# a string is hidden behind control characters, which the note has none of.
function json(text,   parts, n, i, j, c, d, s, where) {
    split("", V); split("", N); split("", K); split("", J_LAST)
    gsub(/\\\\/, "\001", text)
    gsub(/\\"/, "\002", text)
    n = split(text, parts, "\"")
    if (n % 2 == 0) return 0
    J_STATE = "value"; J_DEPTH = 0; J_PATH[0] = ""
    for (i = 1; i <= n; i++) {
        s = parts[i]
        if (i % 2 == 0) {
            if (!json_string(s)) return 0
            continue
        }
        for (j = 1; j <= length(s); j++) {
            c = substr(s, j, 1)
            if (index("{}[],:", c)) {
                if (!json_mark(c)) return 0
            } else {
                if (!match(substr(s, j), /^(null|true|false|0|-?[1-9][0-9]*)/)) return 0
                if (!json_value(substr(s, j, RLENGTH))) return 0
                j += RLENGTH - 1
            }
        }
    }
    return J_DEPTH == 0 && J_STATE == "after"
}

function json_string(s,   d) {
    if (J_STATE != "key" && J_STATE != "first") return json_value(s)
    d = J_DEPTH
    if (d in J_LAST && !(J_LAST[d] "" < s "")) return 0
    J_LAST[d] = s
    K[J_PATH[d]] = K[J_PATH[d]] (K[J_PATH[d]] == "" ? "" : ",") s
    J_STATE = "colon"
    return 1
}

# The path of the value that begins here; a list counts its items.
function json_path(   d, up) {
    d = J_DEPTH
    if (d == 0) return ""
    up = J_PATH[d] == "" ? "" : J_PATH[d] "."
    return up (J_KIND[d] == "[" ? ++N[J_PATH[d]] : J_LAST[d])
}

function json_value(s) {
    if (J_STATE != "value" && J_STATE != "item") return 0
    V[json_path()] = s "" # A string for good: awk would compare "1e3" with "1000" as numbers.
    J_STATE = "after"
    return 1
}

function json_mark(c,   path) {
    if (c == "{" || c == "[") {
        if ((J_STATE != "value" && J_STATE != "item") || J_DEPTH > 16) return 0
        path = json_path()
        J_KIND[++J_DEPTH] = c
        J_PATH[J_DEPTH] = path
        delete J_LAST[J_DEPTH]
        J_STATE = c == "{" ? "first" : "item"
        return 1
    }
    if (c == ":") {
        if (J_STATE != "colon") return 0
        J_STATE = "value"
        return 1
    }
    if (J_DEPTH == 0) return 0
    if (c == ",") {
        if (J_STATE != "after") return 0
        J_STATE = J_KIND[J_DEPTH] == "{" ? "key" : "value"
        return 1
    }
    if (c == "}" && (J_KIND[J_DEPTH] != "{" || (J_STATE != "after" && J_STATE != "first")))
        return 0
    if (c == "]" && (J_KIND[J_DEPTH] != "[" || (J_STATE != "after" && J_STATE != "item")))
        return 0
    J_DEPTH--
    J_STATE = "after"
    return 1
}

# Days since 1970-01-01 of a date in the Gregorian calendar.
function days(y, m, d) {
    if (m <= 2) { y--; m += 12 }
    return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) \
        + int((153 * (m - 3) + 2) / 5) + d - 719469
}

# Microseconds since 1970 of 2026-05-15T09:15:00.000000Z; -1 for any other form. Below
# 2^53 until the year 2255, so exact in awk's numbers.
function micros(t,   y, m, d, h, mi, s, dim) {
    if (length(t) != 27 || t !~ /^[0-9-]*T[0-9:]*[.][0-9]*Z$/) return -1
    if (substr(t, 5, 1) substr(t, 8, 1) substr(t, 11, 1) substr(t, 14, 1) \
        substr(t, 17, 1) substr(t, 20, 1) != "--T::.") return -1
    y = substr(t, 1, 4) + 0; m = substr(t, 6, 2) + 0; d = substr(t, 9, 2) + 0
    h = substr(t, 12, 2) + 0; mi = substr(t, 15, 2) + 0; s = substr(t, 18, 2) + 0
    dim = m == 2 ? 28 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) \
        : 30 + (m == 1 || m == 3 || m == 5 || m == 7 || m == 8 || m == 10 || m == 12)
    if (substr(t, 1, 4) substr(t, 6, 2) substr(t, 9, 2) substr(t, 12, 2) \
        substr(t, 15, 2) substr(t, 18, 2) substr(t, 21, 6) ~ /[^0-9]/) return -1
    if (y < 1970 || y > 2254 || m < 1 || m > 12 || d < 1 || d > dim) return -1
    if (h > 23 || mi > 59 || s > 59) return -1
    return (((days(y, m, d) * 24 + h) * 60 + mi) * 60 + s) * 1000000 + substr(t, 21, 6)
}

function is_digest(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }
EOF
}

# program NAME OPERAND...: run an awk program of ours with the library before it.
program() {
    name=$1
    shift
    [ -f "$tmp/$name.full" ] || cat "$tmp/library.awk" "$tmp/$name.awk" >"$tmp/$name.full"
    awk -f "$tmp/$name.full" "$@"
    status=$?
    case $name/$status in
        */0 | certificate/1 | table/[13]) return "$status" ;;
        *) broken "the program $name stopped with $status" ;;
    esac
}

# --------------------------------------------------------------------- 0. the files

# walk FOLDER PREFIX: list every file below; links, devices and odd names are findings.
walk() (
    cd -- "$1" || exit 1
    case $2 in */*/*/*/*/*/*/*/*)
        fails 0 "$2: more than eight folders deep"
        exit 0
        ;;
    esac
    for entry in * .[!.]* ..?*; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue # A pattern that met nothing.
        case $entry in
            -* | *[!A-Za-z0-9._-]*)
                # A line feed in a name must not begin a finding of its own.
                entry=$(printf '%s' "$entry" | tr -c 'A-Za-z0-9._-' '?')
                fails 0 "$2$entry: not a name that a package may hold"
                ;;
            *)
                if [ -L "$entry" ]; then
                    fails 0 "$2$entry: a link, not a file"
                elif [ -d "$entry" ]; then
                    walk "./$entry" "$2$entry/"
                elif [ -f "$entry" ] && [ -r "$entry" ]; then
                    printf '%s\n' "$2$entry" >>"$tmp/files"
                else
                    fails 0 "$2$entry: not a readable file"
                fi
                ;;
        esac
    done
)

# Hash the files named on standard input, some hundred at a time.
hash_listed() {
    set --
    while IFS= read -r file; do
        set -- "$@" "$file"
        if [ $# -ge 400 ]; then
            sha256sum -- "$@"
            set --
        fi
    done
    [ $# -eq 0 ] || sha256sum -- "$@"
}

write_sums_program() {
    cat >"$tmp/sums.awk" <<'EOF'
# actual sums, then SHA256SUMS itself, which nobody has checked before.
part == "actual" { ACTUAL[substr($0, 67)] = substr($0, 1, 64); next }
{
    name = substr($0, 67)
    if (!is_digest(substr($0, 1, 64)) || substr($0, 65, 2) != "  " || name == "")
        finding(0, "FAILS", "SHA256SUMS line " FNR ": not a checksum and a name")
    else if (name in LISTED)
        finding(0, "FAILS", "SHA256SUMS line " FNR ": " name " is listed twice")
    else if (!(name in ACTUAL))
        finding(0, "FAILS", name ": listed in SHA256SUMS, but not in the package")
    else if (ACTUAL[name] != substr($0, 1, 64))
        finding(0, "FAILS", name ": changed, its SHA-256 is not the listed one")
    LISTED[name] = 1
}
END {
    for (name in ACTUAL) {
        n++
        if (!(name in LISTED) && name != "SHA256SUMS")
            finding(0, "FAILS", name ": not listed in SHA256SUMS")
    }
    finding(0, "CHECKED", n " files, each as SHA256SUMS lists it, none besides")
}
EOF
}

check_files() {
    walk "$package" ''
    (cd "$package" && hash_listed) <"$tmp/files" >"$tmp/actual"
    if present SHA256SUMS; then
        program sums part=actual "$tmp/actual" part=listed "$package/SHA256SUMS"
    else
        fails 0 "SHA256SUMS: missing"
    fi
    for file in README.txt policy.txt trust/root.pem trust/issuer.pem log/checkpoint \
        report.json report.csv verify/verify.sh; do
        present "$file" || fails 0 "$file: missing"
    done
    # Whether the other folders hold what the log gives, each of them is asked for itself.
    while IFS= read -r file; do
        case $file in
            README.txt | SHA256SUMS | policy.txt | report.json | report.csv) ;;
            verify/verify.sh | verify/verify.html) ;;
            trust/* | log/* | checkpoints/* | witnessed/* | stamps/* | orders/* | decisions/* | texts/*) ;;
            *) fails 0 "$file: no file that a package has" ;;
        esac
    done <"$tmp/files"
    unknown 0 "the figures in report.json and report.csv: this script does not derive them again"
}

write_text_program() {
    cat >"$tmp/texts.awk" <<'EOF'
# The sums of the files, then the entries: a text counts if it has the digest in its name,
# and an entry commits to that.
part == "actual" {
    path = substr($0, 67)
    if (path ~ /^texts\//) SHOWN[path] = substr($0, 1, 64)
    next
}
{
    rest = $0
    while (match(rest, /"reason":"committed:[0-9a-f]*"/)) {
        digest = substr(rest, RSTART + 20, RLENGTH - 21)
        if (is_digest(digest)) NAMED["texts/" digest ".txt"] = digest
        rest = substr(rest, RSTART + RLENGTH)
    }
    if (match($0, /"_type":"kya\/erasure\/v1","at":"[^"]*","ground":"[a-z]*","text":"[0-9a-f]*"/))
        ERASED["texts/" substr($0, RSTART + RLENGTH - 65, 64) ".txt"] = 1
}
END {
    for (path in SHOWN) {
        if (!(path in NAMED) || NAMED[path] != SHOWN[path])
            finding(0, "FAILS", path ": no entry commits to such a text")
        if (path in ERASED) finding(0, "FAILS", path ": was destroyed, an entry says")
    }
    for (path in NAMED) if (!(path in SHOWN) && !(path in ERASED)) missing++
    if (missing) finding(0, "UNKNOWN", missing " texts that entries commit to are not shown")
}
EOF
}

check_texts() {
    all_bundles | tr '\000' '\001' | program texts part=actual "$tmp/actual" part=entries -
}

# present PATH: a plain file of the package; a path through a link is a finding already.
present() {
    [ -f "$package/$1" ] && [ ! -L "$package/$1" ] && [ -r "$package/$1" ]
}

# ------------------------------------------------------------- 8. log keys and checkpoint

write_policy_program() {
    cat >"$tmp/policy.awk" <<'EOF'
# Writes the keys of a C2SP tlog-policy: spki in DER, the preimage of the key id, and a
# row for each: number, key name, key id, and a witness's name in the policy. Groups and
# quorum go to files of their own. Names that cannot be key names are refused.
BEGIN { NAMED["none"] = GROUPED["none"] = 1; quorum = 0 }
/^[ \t]*(#|$)/ { next }
$1 == "log" {
    if (NF < 2 || NF > 3) { bad("want `log VKEY`"); next }
    if (vkey($2, "01")) keep(++n, "01", "")
    next
}
$1 == "witness" {
    if (NF < 3 || NF > 4) { bad("want `witness NAME VKEY`"); next }
    if (!define($2) || !vkey($3, "04")) next
    if (key in WITNESS) { bad("this public key is listed already"); next }
    WITNESS[key] = 1
    keep("w" ++w, "04", $2)
    next
}
$1 == "group" {
    if (NF < 4) { bad("want `group NAME all|any|K MEMBER...`"); next }
    want = $3 == "all" ? NF - 3 : $3 == "any" ? 1 : $3
    if (want !~ /^[1-9][0-9]?[0-9]?$/ || want + 0 > NF - 3) { bad("no such threshold"); next }
    members = ""
    for (k = 4; k <= NF; k++) {
        if (!($k in NAMED) || $k in GROUPED) { bad("no member " $k " to be had"); next }
        GROUPED[$k] = 1
        members = members " " $k
    }
    if (define($2)) print $2 "\t" want "\t" substr(members, 2) >(TMP "/groups." tag)
    next
}
$1 == "quorum" {
    quorum++
    if (NF != 2 || !($2 in NAMED)) { bad("want `quorum NAME` of a name above"); next }
    print $2 >(TMP "/quorum." tag)
    next
}
{ bad("not a line of a policy") }
END { if (quorum != 1) finding(8, "FAILS", file ": want one quorum line") }
function bad(why) { finding(8, "FAILS", file " line " FNR ": " why) }
function define(what) {
    if (what in NAMED) { bad("the name " what " is taken"); return 0 }
    NAMED[what] = 1
    return 1
}
function vkey(text, type,   p, rest, q) {
    p = index(text, "+")
    name = substr(text, 1, p - 1)
    rest = substr(text, p + 1)
    q = index(rest, "+")
    id = substr(rest, 1, q - 1)
    key = unbase64(substr(rest, q + 1))
    if (!p || name == "" || length(id) != 8 || id ~ /[^0-9a-f]/) {
        bad("no key name or id")
        return 0
    }
    if (length(key) != 66 || substr(key, 1, 2) != type) {
        bad("want an Ed25519 key of type 0x" type)
        return 0
    }
    key = substr(key, 3)
    return 1
}
function keep(number, type, called) {
    write_file(TMP "/log/" tag number ".der", bytes("302a300506032b6570032100" key))
    write_file(TMP "/log/" tag number ".id", name "\n" bytes(type key))
    print number "\t" name "\t" id "\t" called
}
EOF
}

# read_policy FILE NAME TAG: the keys of a policy, logs as rows of $tmp/keys.TAG, and
# witnesses of $tmp/watchers.TAG: number, name, key id, SHA-256 of the public key, and a
# witness's name in the policy.
read_policy() {
    : >"$tmp/keys.$3"
    : >"$tmp/watchers.$3"
    : >"$tmp/groups.$3"
    echo none >"$tmp/quorum.$3"
    tr '\000' '\001' <"$1" | program policy file="$2" tag="$3" - >"$tmp/rows.$3"
    while IFS='	' read -r number keyname id called; do
        found=$(sha256sum <"$tmp/log/$3$number.id" | cut -c 1-8)
        kept=keys
        case $number in w*) kept=watchers ;; esac
        if [ "$found" != "$id" ]; then
            fails 8 "$2: the key id of $keyname is not that of its key"
        elif openssl pkey -pubin -inform DER -in "$tmp/log/$3$number.der" \
            -out "$tmp/log/$3$number.pem" 2>/dev/null; then
            digest=$(sha256sum <"$tmp/log/$3$number.der" | cut -c 1-64)
            printf '%s\t%s\t%s\t%s\t%s\n' "$3$number" "$keyname" "$id" "$digest" "$called" \
                >>"$tmp/$kept.$3"
        else
            fails 8 "$2: the key of $keyname cannot be read"
        fi
    done <"$tmp/rows.$3"
}

write_checkpoint_program() {
    cat >"$tmp/checkpoint.awk" <<'EOF'
# For each checkpoint file: a row file, size, root, origin; and a signature job for each
# line of a key that counts. Operand `keys` comes first: number, name, key id.
part == "keys" { KEY[$2 "\t" $3] = $1; next }
FNR == 1 && NR > 1 && raw != "" { take() }
{ if (FNR == 1) { raw = ""; file = shown != "" ? shown : FILENAME } raw = raw $0 "\n" }
END { if (raw != "") take() }

function take(   why, lines, root, k, n, key) {
    why = note(raw)
    n = split(N_TEXT, lines, "\n")
    root = n == 4 ? unbase64(lines[3]) : ""
    if (why == "" && (n != 4 || lines[1] == "" || length(root) != 64 \
        || lines[2] !~ /^(0|[1-9][0-9]*)$/ || length(lines[2]) > 15))
        why = "want three lines: origin, size, root"
    if (why != "") { finding(8, "FAILS", file ": " why); return }
    number++
    write_file(TMP "/note/" tag number, N_TEXT)
    key = 0
    for (k = 1; k <= N_COUNT; k++) {
        if (N_NAME[k] != lines[1] || !((N_NAME[k] "\t" N_ID[k]) in KEY)) continue
        key = 1
        write_file(TMP "/note/" tag number "." k, bytes(N_SIG[k]))
        print "ed25519\t" TMP "/log/" KEY[N_NAME[k] "\t" N_ID[k]] ".pem\t" TMP "/note/" \
            tag number "." k "\t" TMP "/note/" tag number "\t8\t" file ": the signature of " \
            N_NAME[k] " does not fit" >>(TMP "/jobs")
    }
    if (!key) finding(8, "FAILS", file ": signed by no log key that counts here")
    print file "\t" lines[2] "\t" root "\t" lines[1]
}
EOF
}

# read_checkpoints TAG NAME FILE...: rows in $tmp/checkpoints.TAG; NAME is shown for the
# file unless it is empty.
read_checkpoints() {
    tag=$1 shown=$2
    shift 2
    program checkpoint FS='	' tag="$tag" part=keys "$tmp/logkeys" part=files \
        shown="$shown" "$@" >"$tmp/checkpoints.$tag"
}

# The log's size decides how much there is to read, before any key is known to count.
read_size() {
    present log/checkpoint || return 1
    size=$(sed -n 2p "$package/log/checkpoint" | tr -d '\000')
    case $size in
        '' | *[!0-9]* | ??????????*) return 1 ;;
    esac
    [ "$size" -ge 1 ]
}

# -------------------------------------------------------------------- entries of the log

# entries_path INDEX WIDTH: where the tile format puts a bundle.
tile_path() {
    awk -v level="$1" -v index_="$2" -v width="$3" 'BEGIN {
        path = sprintf("%03d", index_ % 1000)
        for (n = int(index_ / 1000); n > 0; n = int(n / 1000))
            path = sprintf("x%03d", n % 1000) "/" path
        print "log/tile/" level "/" path (width < 256 ? ".p/" width : "")
    }'
}

write_split_programs() {
    cat >"$tmp/offsets.awk" <<'EOF'
# Reads the sizes of the bundles, then all bundles as `od` shows them, 32 bytes a line;
# prints the length of every entry. Lines that hold no length are not even split.
part == "sizes" { total += $1; END_OF[++bundles] = total; next }
{
    stop = ++row * 32
    while (want < stop) {
        v = $(want - stop + 33)
        if (v == "") break
        want++
        if (!low) { high = v; low = 1; continue }
        low = 0
        print high * 256 + v
        want += high * 256 + v
        n++
        if (n % 256 == 0 && want != END_OF[n / 256])
            bad("ends not with its 256th entry", n / 256)
    }
}
END { if (want != total || low || n == 0) bad("ends inside an entry", bundles) }
function bad(why, bundle) {
    finding(8, "FAILS", "log/tile/entries: bundle " bundle - 1 " " why)
}
EOF
    cat >"$tmp/split.awk" <<'EOF'
# Cuts the bundles into entries: leaf (0x00 before it), raw, text and signatures. What
# is cut wrongly hashes wrongly, so the root is the judge of this program.
BEGIN { i = 0 } # As an index, a variable never set is not "0" but "".
part == "files" { if ($0 ~ /^(orders|decisions)\/.*[.]note$/) FILE[$0] = 1; next }
part == "lengths" { LENGTH[n++] = $0; next }
{
    buffer = buffer $0 "\n"
    have += length($0) + 1
    while (i < n && have >= 2 + LENGTH[i]) {
        take(substr(buffer, 3, LENGTH[i]))
        buffer = substr(buffer, 3 + LENGTH[i])
        have -= 2 + LENGTH[i++]
    }
}
END { if (i != n || have > 1) finding(8, "FAILS", "log/tile/entries: entry " i " is cut off") }

function take(raw,   why, k) {
    write_file(place("leaf", i), CHR["00"] raw)
    beside(raw)
    why = note(raw)
    if (why == "" && index(N_TEXT, "\n") != length(N_TEXT)) why = "more than one line"
    write_file(place("text", i), why == "" ? N_TEXT : "")
    if (why != "") {
        finding(8, "FAILS", "log entry " i ": not a signed statement: " why)
        print i "\t" >(TMP "/statements")
        return
    }
    print i "\t" substr(N_TEXT, 1, length(N_TEXT) - 1) >(TMP "/statements")
    if (substr(N_TEXT, 1, 26) == "{\"_type\":\"kya/overlay/v1\",") policy(N_TEXT)
    if (substr(N_TEXT, 1, 32) == "{\"_type\":\"kya/baseline-lock/v1\",") document(N_TEXT)
    for (k = 1; k <= N_COUNT; k++) {
        print i "\t" k "\t" N_NAME[k] "\t" N_ID[k] >(TMP "/signatures")
        write_file(place("sig", i) "." k, bytes(N_SIG[k]))
    }
}

# An overlay's text on its own, as its digest is over it. What is no policy hashes to
# nothing that an answer can name.
function policy(line,   text) {
    if (!json(substr(line, 1, length(line) - 1)) || !("policy.text" in V)) return
    text = V["policy.text"]
    gsub(/\\n/, "\n", text)
    gsub(/\\t/, "\t", text)
    gsub(/\002/, "\"", text)
    gsub(/\001/, "\\\\", text)
    write_file(TMP "/policy/" i, text)
    print i >(TMP "/policies")
}

# A baseline's document on its own, with its line feed, as its digest is over it.
function document(line,   p, q) {
    p = index(line, ",\"document\":{")
    q = index(line, "},\"source\":")
    if (!p || q < p) return
    write_file(TMP "/policy/" i, substr(line, p + 12, q - p - 11) "\n")
    print i >(TMP "/policies")
}

# Orders and decisions are laid out as files too: each is, byte for byte, its entry. The
# path counts only if the walk has found a plain file there.
function beside(raw,   kind, agent, seq, path, content) {
    kind = ""
    if (substr(raw, 1, 24) == "{\"_type\":\"kya/order/v1\",") kind = "orders"
    if (substr(raw, 1, 27) == "{\"_type\":\"kya/decision/v1\",") kind = "decisions"
    if (substr(raw, 1, 26) == "{\"_type\":\"kya/mandate/v1\",") write_file(TMP "/raw/" i, raw)
    if (kind == "") return
    agent = substr(raw, kind == "orders" ? 25 : 28, 120)
    sub(/^"action":"[a-z]*",/, "", agent)
    if (substr(agent, 1, 9) != "\"agent\":\"") return
    agent = substr(agent, 10)
    agent = substr(agent, 1, index(agent, "\"") - 1)
    seq = substr(raw, index(raw, ",\"seq\":") + 7, 16)
    if (!match(seq, /^[1-9][0-9]*/)) return
    path = sprintf("%s/%s/%09d.note", kind, agent, substr(seq, 1, RLENGTH))
    if (!(path in FILE)) return
    RS = "\001" # No byte of a note, so the whole file is one record.
    if ((getline content <(ENVIRON["KYA_PACKAGE"] "/" path)) < 1 || content != raw)
        finding(kind == "orders" ? 2 : 5, "FAILS", path ": not log entry " i ", which it should be")
    close(ENVIRON["KYA_PACKAGE"] "/" path)
    RS = "\n"
    print path >(TMP "/same")
}
EOF
}

# List the bundles that a log of this size has; 1 if one is missing.
list_bundles() {
    : >"$tmp/bundles"
    bundle=0
    while [ $((bundle * 256)) -lt "$size" ]; do
        width=$((size - bundle * 256))
        [ "$width" -lt 256 ] || width=256
        path=$(tile_path entries "$bundle" "$width")
        whole=$(tile_path entries "$bundle" 256)
        if ! present "$path" && present "$whole"; then
            fails 8 "$whole: holds more entries than log/checkpoint counts"
            return 1
        elif ! present "$path"; then
            fails 8 "$path: missing"
            return 1
        fi
        printf '%s\n' "$path" >>"$tmp/bundles"
        bundle=$((bundle + 1))
    done
}

# Print all bundles, one after the other; their names came from tile_path.
all_bundles() {
    while IFS= read -r path; do cat -- "$package/$path"; done <"$tmp/bundles"
}

split_entries() {
    list_bundles || return 1
    while IFS= read -r path; do wc -c <"$package/$path"; done <"$tmp/bundles" >"$tmp/sizes"
    all_bundles | od -An -v -tu1 -w32 |
        program offsets part=sizes "$tmp/sizes" part=bytes - >"$tmp/lengths"
    entries=$(wc -l <"$tmp/lengths")
    entries=$((entries))
    if [ "$entries" -ne "$size" ]; then
        fails 8 "log/tile/entries: $entries entries, but log/checkpoint counts $size"
        [ "$entries" -ge 1 ] && [ "$entries" -le "$ENTRIES_MAX" ] || return 1
    fi
    folders=0
    while [ $((folders * 10000)) -lt "$entries" ]; do
        for what in leaf text sig; do mkdir "$tmp/$what/$(printf %03d "$folders")"; done
        folders=$((folders + 1))
    done
    : >"$tmp/signatures"
    : >"$tmp/policies"
    # A NUL would end a line early in some awks; as 0x01 it is refused like any control
    # character, and the hash tells.
    all_bundles | tr '\000' '\001' | program split part=files "$tmp/files" part=lengths "$tmp/lengths" \
            part=bytes -
}

# hash_folder NAME: the hashes of all numbered files, in order.
hash_folder() {
    for folder in "$tmp/$1"/*; do
        [ ! -d "$folder" ] || sha256sum "$folder"/*
    done | cut -c 1-64
}

# ------------------------------------------------------------------------ 8. the tree

write_tree_programs() {
    cat >"$tmp/pairs.awk" <<'EOF'
# Writes 0x01 || left || right for each pair of one level (RFC 9162 2.1.1).
NR % 2 { left = $0; next }
{ write_file(place("node", NR / 2 - 1), bytes("01" left $0)) }
EOF
    cat >"$tmp/node.awk" <<'EOF'
{ ORS = ""; print bytes($0) }
EOF
    cat >"$tmp/subtrees.awk" <<'EOF'
# For each size: the perfect subtrees that make up the tree, largest first.
part == "sizes" { SIZE[++n] = $1; next }
part != was { was = part; row = 0 }
{ NODE[part, row++] = $0 }
END {
    for (k = 1; k <= n; k++) {
        m = SIZE[k]
        line = m
        power = 1
        for (level = 0; power * 2 <= m; level++) power *= 2
        for (rest = m; level >= 0; level--) {
            if (rest >= power) {
                rest -= power
                line = line " " NODE[level, int(m / power) - 1]
            }
            power /= 2
        }
        print line
    }
}
EOF
    cat >"$tmp/fold.awk" <<'EOF'
# Takes in the hashes made last round; writes the node of the two smallest subtrees.
part == "made" { MADE[FNR] = $0; next }
{
    if (round && NF > 2) {
        sub(/ [0-9a-f]* [0-9a-f]*$/, " " MADE[++used])
    }
    print >(TMP "/subtrees.next")
    n = split($0, words, " ")
    if (n > 2) {
        write_file(place("node", made++), bytes("01" words[n - 1] words[n]))
    }
}
EOF
}

# new_nodes COUNT: an empty folder for so many nodes.
new_nodes() {
    rm -rf "$tmp/node"
    mkdir "$tmp/node"
    folders=0
    while [ $((folders * 10000)) -lt "$1" ]; do
        mkdir "$tmp/node/$(printf %03d "$folders")"
        folders=$((folders + 1))
    done
}

# Perfect subtrees level by level: hash/0 are the leaves, hash/8 the entries of the tiles
# of level 1. One sha256sum a level, because a process for each node would take minutes.
build_levels() {
    hash_folder leaf >"$tmp/hash/0"
    level=0
    count=$entries
    while [ "$count" -ge 2 ]; do
        count=$((count / 2))
        new_nodes "$count"
        program pairs "$tmp/hash/$level"
        level=$((level + 1))
        hash_folder node >"$tmp/hash/$level"
    done
    levels=$level
}

# subtrees: for the sizes in $tmp/rootsizes, the perfect subtrees of each.
subtrees() {
    set --
    level=0
    while [ "$level" -le "$levels" ]; do
        set -- "$@" "part=$level" "$tmp/hash/$level"
        level=$((level + 1))
    done
    program subtrees part=sizes "$tmp/rootsizes" "$@"
}

# roots_at: reads sizes on standard input, prints size and root for each. All sizes are
# folded at once, the smallest two subtrees in each round.
roots_at() {
    sort -n -u >"$tmp/rootsizes"
    subtrees >"$tmp/subtrees"
    : >"$tmp/made"
    round=0
    while :; do
        new_nodes 10000
        : >"$tmp/subtrees.next"
        program fold round="$round" part=made "$tmp/made" part=trees "$tmp/subtrees"
        cat "$tmp/subtrees.next" >"$tmp/subtrees"
        [ -e "$tmp/node/000/0000000" ] || break
        hash_folder node >"$tmp/made"
        round=$((round + 1))
    done
    cat "$tmp/subtrees"
}

# check_tile PATH: a stored hash tile holds exactly the hashes that the entries lead to.
check_tile() {
    place=${1#log/tile/}
    level=${place%%/*}
    rest=${place#*/}
    width=256
    case $rest in *.p/*)
        width=${rest##*.p/}
        rest=${rest%.p/*}
        ;;
    esac
    digits=$(printf %s "$rest" | tr -d 'x/')
    case $level$digits$width in
        *[!0-9]* | ?????????????*) return 1 ;;
    esac
    number=$(printf %s "$digits" | sed 's/^0*\(.\)/\1/')
    [ "$(tile_path "$level" "$number" "$width")" = "$1" ] || return 1
    [ "$width" -ge 1 ] || return 1
    first=$((number * 256 + 1))
    last=$((number * 256 + width))
    [ -f "$tmp/hash/$((level * 8))" ] || return 1
    sed -n "${first},${last}p" "$tmp/hash/$((level * 8))" >"$tmp/want"
    [ "$(wc -l <"$tmp/want")" -eq "$width" ] || return 1
    od -An -v -tx1 -w32 "$package/$1" | tr -d ' ' >"$tmp/have"
    cmp -s "$tmp/want" "$tmp/have" || {
        # Only on level 0 does a hash stand for one entry; name the first that differs.
        [ "$level" -ne 0 ] || where=$(awk -v first="$first" 'NR == FNR { W[FNR] = $0; next }
            W[FNR] "" != $0 "" { print "log entry " first + FNR - 2 ": "; exit }' \
            "$tmp/want" "$tmp/have")
        return 1
    }
}

# check_bundle PATH: a stored bundle beside those that were read is a beginning of one.
check_bundle() {
    awk -v want="$1" '$0 == want { found = 1; exit } END { exit !found }' "$tmp/bundles" &&
        return 0
    whole=${1%.p/*}
    [ "$whole" != "$1" ] || return 1
    path=$(awk -v want="$whole" '$0 == want || index($0, want ".p/") == 1' "$tmp/bundles")
    [ -n "$path" ] || return 1
    head -c "$(wc -c <"$package/$1")" "$package/$path" | cmp -s - "$package/$1"
}

check_tiles() {
    tiles=0
    while IFS= read -r path; do
        where=''
        case $path in
            log/checkpoint) ;;
            log/tile/entries/*)
                check_bundle "$path" || fails 8 "$path: no part of this log's entries"
                ;;
            log/tile/[0-9]*/*)
                tiles=$((tiles + 1))
                check_tile "$path" ||
                    fails 8 "$where$path: not the hashes that the entries lead to"
                ;;
            log/*) fails 8 "$path: no file of a log" ;;
        esac
    done <"$tmp/files"
    # Every level that the size calls for must be there, the last tile included.
    level=0
    row=$entries
    while [ "$row" -gt 0 ]; do
        tile=0
        while [ $((tile * 256)) -lt "$row" ]; do
            width=$((row - tile * 256))
            [ "$width" -lt 256 ] || width=256
            path=$(tile_path "$level" "$tile" "$width")
            present "$path" || fails 8 "$path: missing"
            tile=$((tile + 1))
        done
        level=$((level + 1))
        row=$((row / 256))
    done
}

# ------------------------------------------------------------- 1. certificates and lists

write_certificate_programs() {
    cat >"$tmp/holdings.awk" <<'EOF'
# Writes the certificates and revocation lists that the log holds, in DER.
function der(path, text,   hex) {
    hex = unbase64(text)
    write_file(path, bytes(hex))
    return hex != ""
}
{ i = $1; line = substr($0, index($0, "\t") + 1) }
index(line, "{\"_type\":\"kya/log/v1\"") == 1 && i == 0 && json(line) {
    der(TMP "/der/issuer", V["issuer"])
    der(TMP "/crl/root", V["root_crl"])
    if (der(TMP "/der/0", V["authority"])) print "certificate\t0"
}
index(line, "{\"_type\":\"kya/certificate/v1\"") == 1 && json(line) {
    if (der(TMP "/der/" i, V["certificate"])) print "certificate\t" i
}
index(line, "{\"_type\":\"kya/issuer/v1\"") == 1 && json(line) {
    if (der(TMP "/der/issuer-" i, V["certificate"]))
        print "issuer\t" i "\t" int(micros(V["at"]) / 1000000)
}
index(line, "{\"_type\":\"kya/region-anchor/v1\"") == 1 && json(line) {
    if (V["certificate"] != "" && der(TMP "/der/a" i, V["certificate"])) print "anchor\t" i
}
index(line, "{\"_type\":\"kya/crl/v1\"") == 1 && json(line) {
    if (der(TMP "/crl/" i, V["crl"]) && V["number"] ~ /^[1-9][0-9]*$/)
        print "crl\t" i "\t" V["number"]
}
EOF
    cat >"$tmp/certificate.awk" <<'EOF'
# Reads a certificate in DER as od writes it, then what `openssl x509` shows of it: serial,
# validity, name, key, and itself again, for OpenSSL overlooks what follows a certificate,
# and its digest would not. A certificate with two names, or with an odd one, is none of ours.
# Scope and custody extension are found by their identifiers, each of which must stand
# there once, and read octet by octet (spec/certificate.md).
FILENAME == "-" || FILENAME == "" { gsub(/ /, ""); HEXED = HEXED $0; next }
/^-----BEGIN PUBLIC KEY-----$/ { into = "key" }
/^-----BEGIN CERTIFICATE-----$/ { into = "pem" }
into != "" {
    print >(TMP "/" into "/" c)
    if ($0 ~ /^-----END /) into = ""
    else if ($0 !~ /^-----/) PEM[into] = PEM[into] $0
    next
}
{ shown++ }
/^serial=[0-9A-F]+$/ { serial = substr($0, 8); sub(/^0+/, "", serial); seen++ }
/^notBefore=/ { begins = instant(substr($0, 11)); seen++ }
/^notAfter=/ { ends = instant(substr($0, 10)); seen++ }
/^X509v3 Subject Alternative Name: *$/ { seen++ }
/^    URI:spiffe:\/\/[a-z0-9._-]+\/[a-z]+\/[A-Za-z0-9][A-Za-z0-9._-]*$/ {
    seen++
    n = split($0, words, "/")
    role = words[4]
    name = words[5]
}
END {
    if (shown != 5 || seen != 5 || n != 5 || begins == "" || ends == "") exit 1
    if (index(" agent auditor authority compliance director gateway log operator risk ",
        " " role " ") == 0) exit 1
    if (HEXED == "" || unbase64(PEM["pem"]) != HEXED) exit 1
    spki = unbase64(PEM["key"])
    if (role == "log" ? spki !~ /^302a300506032b6570032100/ : \
        index(spki, "3059301306072a8648ce3d020106082a8648ce3d03010703420004") != 1) exit 1
    extensions = role == "agent" ? scope() : "-\t-\t-\t-"
    if (role != "agent" && (find(SCOPE) || find(CUSTODY))) exit 1
    write_file(TMP "/spki/" c, bytes(spki))
    print role "\t" name "\t" serial "\t" begins "\t" ends "\t" extensions
}
function instant(t) {
    t = substr(t, 1, 10) "T" substr(t, 12, 8) ".000000Z"
    return micros(t) < 0 ? "" : t
}
BEGIN {
    SCOPE = "060a2b0601040181fd590101"
    CUSTODY = "060a2b0601040181fd590105"
}
function scope(   stop, n, mandate, policy, text) {
    if (find(SCOPE) != 1 || !take("04") || (n = length_at()) < 0) exit 1
    stop = P + n
    if (!take("30") || (n = length_at()) < 0 || P + n != stop) exit 1
    if (!take("020101060b2b0601040181fd590102010420")) exit 1
    policy = substr(HEXED, P, 64)
    P += 64
    if (!take("0420")) exit 1
    mandate = substr(HEXED, P, 64)
    P += 64
    text = line_until(stop)
    if (length(text) < 2) exit 1
    write_file(TMP "/scope/" c, text)
    if (find(CUSTODY) != 1 || !take("04") || (n = length_at()) < 0) exit 1
    return mandate "\t" policy "\t" text "\t" line_until(P + n)
}
# A UTF8String of one line that ends where it must.
function line_until(stop,   n, i) {
    if (!take("0c") || (n = length_at()) < 2 || P + n != stop) exit 1
    for (i = P; i < stop; i += 2) if (substr(HEXED, i, 2) < "20") exit 1
    return bytes(substr(HEXED, P, n))
}
# Puts P behind an identifier, and says how often it stands there.
function find(want,   at, p, found) {
    for (at = 1; (p = index(substr(HEXED, at), want)) > 0; at = p + 1) {
        p += at - 1
        if (p % 2) { found++; P = p + length(want) }
    }
    return found + 0
}
function length_at(   first, n) {
    first = number(substr(HEXED, P, 2))
    P += 2
    if (first < 128) return first * 2
    n = first - 128
    if (n < 1 || n > 2) return -1
    first = number(substr(HEXED, P, n * 2))
    P += n * 2
    return first * 2
}
function number(h,   i, v) {
    v = 0
    for (i = 1; i <= length(h); i++) v = v * 16 + index("0123456789abcdef", substr(h, i, 1)) - 1
    return v
}
function take(want) {
    if (substr(HEXED, P, length(want)) != want) return 0
    P += length(want)
    return 1
}
EOF
    cat >"$tmp/crl.awk" <<'EOF'
# The serials of a revocation list, since when and why, from what `openssl crl` shows.
BEGIN { MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec" }
/^    Serial Number: [0-9A-F]+$/ { serial = $3; sub(/^0+/, "", serial); next }
/^        Revocation Date: / && serial != "" {
    m = (index(MONTHS, $3) + 2) / 3
    printf "%s@%04d-%02d-%02dT%s", serial, $6, m, $4, $5
    serial = ""
    next
}
# RFC 5280's names, but with spaces and capitals; a line of the list ends here.
/^ +X509v3 CRL Reason Code: *$/ { getline; gsub(/ /, ""); print "@" tolower($0) }
EOF
}

# read_certificate INDEX: a row of $tmp/certificates, or 1.
read_certificate() {
    openssl x509 -inform DER -in "$tmp/der/$1" -serial -startdate -enddate -dateopt iso_8601 \
        -ext subjectAltName -pubkey -out "$tmp/shown/$1" 2>/dev/null || return 1
    row=$(od -An -v -tx1 "$tmp/der/$1" | program certificate c="$1" - "$tmp/shown/$1") ||
        return 1
    # shellcheck disable=SC2046  # Two digests, two words.
    set -- "$1" $(sha256sum "$tmp/der/$1" "$tmp/spki/$1" | cut -c 1-64)
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$row" >>"$tmp/certificates"
}

read_certificates() {
    program holdings "$tmp/statements" >"$tmp/holdings"
    while IFS='	' read -r kind index number; do
        if [ "$kind" = anchor ]; then
            openssl x509 -inform DER -in "$tmp/der/a$index" -noout -pubkey \
                >"$tmp/key/a$index" 2>/dev/null ||
                fails 5 "log entry $index: its certificate cannot be read"
        fi
        [ "$kind" = certificate ] || continue
        read_certificate "$index" ||
            fails 1 "log entry $index: its certificate is none of our kinds, or unreadable"
    done <"$tmp/holdings"
    if [ -s "$tmp/der/issuer" ] &&
        openssl x509 -inform DER -in "$tmp/der/issuer" -out "$tmp/issuer.pem" 2>/dev/null; then
        read_renewals
        { present trust/issuer.pem && cmp -s "$package/trust/issuer.pem" "$tmp/issuers.pem"; } ||
            fails 1 "trust/issuer.pem: not the issuing CA that the log names"
    else
        : >"$tmp/renewals"
        fails 1 "log entry 0: names no issuing CA that can be read"
        cat "$tmp/root.pem" >"$tmp/issuer.pem"
    fi
    same_certificate trust/root.pem "$tmp/root.der" "$tmp/root.pem" ||
        fails 1 "trust/root.pem: not the root that you hold"
}

# The issuing CA's later certificates: of the same name and key, each signed by the root and
# in force when it came on record.
read_renewals() {
    cp "$tmp/issuer.pem" "$tmp/issuers.pem"
    openssl x509 -in "$tmp/issuer.pem" -noout -subject -pubkey >"$tmp/issuer.same"
    awk -F '\t' '$1 == "issuer" { print $2 "\t" $3 }' "$tmp/holdings" >"$tmp/renewals"
    while IFS='	' read -r index at; do
        renewed="$tmp/issuer-$index.pem"
        openssl x509 -inform DER -in "$tmp/der/issuer-$index" -out "$renewed" 2>/dev/null &&
            openssl verify -no-CApath -no-CAstore -CAfile "$tmp/root.pem" -x509_strict \
                -attime "$at" "$renewed" >/dev/null 2>&1 &&
            openssl x509 -in "$renewed" -noout -subject -pubkey | cmp -s - "$tmp/issuer.same" || {
            fails 1 "log entry $index: does not renew the issuing CA under your root"
            : >"$renewed"
        }
        cat "$renewed" >>"$tmp/issuers.pem"
    done <"$tmp/renewals"
}

# issuers_before INDEX: the issuing CA's certificates that stand in the log before an entry.
issuers_before() {
    cat "$tmp/issuer.pem"
    while IFS='	' read -r renewal rest; do
        [ "$renewal" -lt "$1" ] && cat "$tmp/issuer-$renewal.pem"
    done <"$tmp/renewals"
}

# same_certificate PATH DER PEM: the package's file is this very certificate. It may be PEM
# as OpenSSL writes it, or as another program does.
same_certificate() {
    present "$1" || return 1
    cmp -s "$package/$1" "$3" ||
        openssl x509 -in "$package/$1" -outform DER 2>/dev/null | cmp -s - "$2"
}

# chain_holds INDEX SECONDS: the path to the regulator's root, as OpenSSL sees it at that
# time; with the policy identifier that all our leaves carry, and nothing of this
# machine's own trust store.
chain_holds() {
    issuers_before "$1" >"$tmp/untrusted.pem"
    openssl verify -no-CApath -no-CAstore -CAfile "$tmp/root.pem" \
        -untrusted "$tmp/untrusted.pem" -x509_strict -purpose sslclient -verify_depth 1 \
        -policy "$POLICY_OID" -explicit_policy -attime "$2" "$tmp/pem/$1" \
        >/dev/null 2>"$tmp/why" && return 0
    why=$(sed -n 's/^error [0-9]* at [0-9]* depth lookup: *//p' "$tmp/why" | head -n 1)
    return 1
}

# Every certificate on record at the first and at the last instant it was used; a
# validity has no gaps, so it held in between.
check_chains() {
    certificates=0
    : >"$tmp/chained"
    while IFS='	' read -r index serial path first last; do
        certificates=$((certificates + 1))
        why=''
        if chain_holds "$index" "$first" &&
            { [ "$first" = "$last" ] || chain_holds "$index" "$last"; }; then
            printf '%s\n' "$index" >>"$tmp/chained"
        else
            fails 1 "$path (serial $serial, log entry $index): ${why:-no chain to your root}"
        fi
        same_certificate "$path" "$tmp/der/$index" "$tmp/pem/$index" ||
            fails 1 "$path: missing, or not the certificate of log entry $index"
    done <"$tmp/uses"
    check_lists
    check_mandates
    check_trust_files
    fingerprint=$(sha256sum <"$tmp/root.der" | cut -c 1-16)
    checked 1 "$certificates certificates lead to your root (SHA-256 $fingerprint...) at their\
 first and last use; $lists revocation lists; revoked:${revoked:- none}"
}

# show_list INDEX CA: whether the CA signed the list; leaves it in words, and in PEM.
show_list() {
    openssl crl -inform DER -in "$tmp/crl/$1" -CAfile "$2" -text -out "$tmp/crl.shown" \
        2>"$tmp/crl.said"
    sed -n '/^-----BEGIN X509 CRL-----$/,$p' "$tmp/crl.shown" >"$tmp/crl.pem"
    sed '/^-----BEGIN X509 CRL-----$/,$d' "$tmp/crl.shown" >"$tmp/crl.text"
    # OpenSSL overlooks what follows a list.
    openssl crl -in "$tmp/crl.pem" -outform DER 2>/dev/null | cmp -s - "$tmp/crl/$1" &&
        grep_line 'verify OK' <"$tmp/crl.said"
}

# same_list PATH INDEX: the package's file is this very list, which was just shown.
same_list() {
    present "$1" || return 1
    cmp -s "$package/$1" "$tmp/crl.pem" ||
        openssl crl -in "$package/$1" -outform DER 2>/dev/null | cmp -s - "$tmp/crl/$2"
}

# Each list is signed by the issuing CA and names exactly the certificates that the log
# had revoked by then.
check_lists() {
    lists=0
    revoked=''
    check_root_list
    while IFS='	' read -r kind index number; do
        [ "$kind" = crl ] || continue
        lists=$((lists + 1))
        show_list "$index" "$tmp/issuer.pem" ||
            fails 1 "trust/crl-$number.pem (log entry $index): not signed by the issuing CA"
        same_list "trust/crl-$number.pem" "$index" ||
            fails 1 "trust/crl-$number.pem: missing, or not the list of log entry $index"
        program crl "$tmp/crl.text" | sort >"$tmp/listed"
        awk -F '\t' -v i="$index" '$1 == i { print $2 }' "$tmp/revoked" | sort >"$tmp/want"
        cmp -s "$tmp/listed" "$tmp/want" ||
            fails 1 "trust/crl-$number.pem (log entry $index): does not list exactly what the\
 log has revoked"
        revoked=$(sed 's/@/ since /; s/@[a-z]*$//' "$tmp/listed" | tr '\n' ' ' |
            sed 's/ $//; s/^./ &/')
    done <"$tmp/holdings"
}

# The root's own list, which the log was opened with: the root's, and it revokes nothing.
check_root_list() {
    show_list root "$tmp/root.pem" ||
        fails 1 "trust/root-crl.pem (log entry 0): not signed by your root"
    same_list trust/root-crl.pem root ||
        fails 1 "trust/root-crl.pem: missing, or not the list of log entry 0"
    grep_line 'No Revoked Certificates.' <"$tmp/crl.text" ||
        fails 1 "trust/root-crl.pem (log entry 0): the root has revoked a CA"
}

grep_line() { awk -v want="$1" '$0 == want { found = 1 } END { exit !found }'; }

check_mandates() {
    while IFS='	' read -r index path; do
        { present "$path" && cmp -s "$package/$path" "$tmp/raw/$index"; } ||
            fails 3 "$path: missing, or not log entry $index"
    done <"$tmp/mandates"
}

# trust/ holds what the log holds and nothing else.
check_trust_files() {
    {
        printf '%s\n' trust/root.pem trust/root-crl.pem trust/issuer.pem
        cut -f 3 "$tmp/uses"
        awk -F '\t' '$1 == "crl" { print "trust/crl-" $3 ".pem" }' "$tmp/holdings"
        cut -f 2 "$tmp/mandates"
    } | sort -u >"$tmp/want"
    awk 'index($0, "trust/") == 1' "$tmp/files" | sort -u >"$tmp/have"
    comm -13 "$tmp/want" "$tmp/have" >"$tmp/odd"
    while IFS= read -r path; do
        fails 1 "$path: the log knows nothing of it"
    done <"$tmp/odd"
}

# ----------------------------------------- 2 3 4 5 7 10. the statements, one by one

# Reads the whole log in its order and asks of every entry what the rules ask. Keeps its
# own account of seqs, chains and sums; shares nothing with the gateway's code.
write_judge_program() {
    cat >"$tmp/judge.awk" <<'EOF'
BEGIN {
    FS = "\t"; OFS = "\t"; CRL = 0; NOW = ""
    EXCHANGES = "target uk_england_wales us_nyse ch_six"
    # The limits that are counts, and the most that each may be (limits.md 1).
    split("price_age_millis 60000 price_buffer_bps 9999 price_collar_bps 9999" \
        " price_drift_bps 9999 price_drift_seconds 3600 price_warn_bps 9999 spread_bps 9999" \
        " duplicate_window_millis 60000 executions_unreviewed 1000000000" \
        " messages_per_day 1000000000 messages_per_minute 8000 messages_per_second 1000" \
        " orders_per_day 1000000000 orders_per_fill 1000000000 rejects_in_a_row 1000000000" \
        " baseline_days 1096 baseline_warn_days 1096 score_critical_bps 9999 score_warn_bps 9999", \
        counts, " ")
    for (k = 1; k in counts; k += 2) COUNT_MOST[counts[k]] = counts[k + 1] + 0
    SENT_KEPT = 8192
    # What is a currency or an asset: a price of anything else carries nothing.
    CURRENCIES = "ADA AED AFN ALL AMD AOA ARS AUD AVAX AWG AZN BAM BBD BCH BDT BHD BIF BMD BND" \
        " BOB BOV BRL BSD BTC BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP" \
        " CVE CZK DAI DJF DKK DOGE DOP DOT DZD EGP ERN ETB ETH EUR EURC FJD FKP GBP GEL GHS GIP" \
        " GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF" \
        " KPW KRW KWD KYD KZT LAK LBP LINK LKR LRD LSL LTC LYD MAD MDL MGA MKD MMK MNT MOP MRU" \
        " MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN POL" \
        " PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOL SOS SRD SSP STN SVC SYP" \
        " SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USDC USDT USN UYI UYU UYW UZS VED" \
        " VES VND VUV WST XAF XCD XCG XOF XPF XRP YER ZAR ZMW ZWG"
}

part == "certificates" {
    c = $1
    if ($2 in OF_DIGEST) fail(1, c, "the certificate of log entry " OF_DIGEST[$2] " again")
    OF_DIGEST[$2] = c; DIGEST_OF[c] = $2; KEY[c] = substr($3, 1, 8); SPKI[c] = $3
    ROLE[c] = $4; NAME[c] = $5; SERIAL[c] = $6; BEGINS[c] = $7; ENDS[c] = $8
    MANDATE[c] = $9; SCOPE_DIGEST[c] = $10; SCOPE[c] = $11; CUSTODY[c] = $12
    PATH[c] = "trust/" $4 "-" $5 "-" $6 ".pem"
    next
}
part == "signatures" { SIGNED[$1] = $2; SIGNER[$1, $2] = $3; ID[$1, $2] = $4; next }
part == "digests" { DIGEST[FNR - 1] = $0; next }
part == "leaves" { LEAF[FNR - 1] = $0; next }
part == "policies" { POLICY[$2] = $1; next }
part == "seen" { SEEN[$1] = 1; next }
{
    i = $1 + 0
    judge(i, substr($0, index($0, "\t") + 1))
    # What somebody outside has seen cannot have been there later (witness.md 5).
    if ((i + 1) in SEEN) print i + 1, NOW >(TMP "/moments")
}
END {
    if (PENDING != "") fail(10, PENDING, "no decision follows it")
    if (REVOKING != "") fail(1, REVOKING, "its revocation list does not follow it")
    for (c in ROLE) if (!(c in STANDING)) fail(1, c, "this certificate was never admitted")
    if (ORIGIN == "") finding(1, "FAILS", "log entry 0: does not open a log under your root")
    conclude()
}

# ------------------------------------------------------------------- how it is said

function label(i) { return "log entry " i (i in WHAT ? " (" WHAT[i] ")" : "") }
function fail(question, i, why) { finding(question, "FAILS", label(i) ": " why) }

# The signature will be checked by openssl; here it is settled whose key must fit.
function job(question, i, k, c) {
    print "ecdsa", TMP "/key/" c, place("sig", i) "." k, place("text", i), question, \
        label(i) ": the signature of " SIGNER[i, k] " does not fit under certificate " \
        SERIAL[c] >>(TMP "/jobs")
    JOBS[question]++
}

function used(c, at) {
    if (!(c in FIRST) || at "" < FIRST[c] "") FIRST[c] = at
    if (!(c in LAST) || at "" > LAST[c] "") LAST[c] = at
}

# --------------------------------------------------------------------- who may say it

# The newest certificate on record for this signature line in this role, or one of these.
function holder(i, k, role,   j, c) {
    for (j = ISSUED[SIGNER[i, k]]; j >= 1; j--) {
        c = ISSUED_TO[SIGNER[i, k], j]
        if (within(role, ROLE[c]) && KEY[c] == ID[i, k]) return c
    }
    return ""
}

# How many different holders of the role signed, by name and by key; each line must be one
# of theirs.
function signers(question, i, role, at,   k, c, n, keys) {
    n = keys = 0
    for (k = 1; k <= SIGNED[i]; k++) {
        c = holder(i, k, role)
        if (c == "") {
            fail(question, i, "signed by " SIGNER[i, k] ", who has no certificate on record as " role)
            continue
        }
        if (standing_at(c, at) != "active" || at "" < BEGINS[c] "" || at "" > ENDS[c] "")
            fail(question, i, "certificate " SERIAL[c] " of its signer was not valid at " at)
        if (!((i, NAME[c]) in SEEN)) n++
        SEEN[i, NAME[c]] = 1
        if (!((i, SPKI[c]) in HELD)) keys++
        HELD[i, SPKI[c]] = 1
        BY[i, k] = c
        job(question, i, k, c)
        used(c, at)
    }
    if (!SIGNED[i]) fail(question, i, "signed by nobody")
    return keys < n ? keys : n
}

function not_back_dated(question, i, at) {
    if (micros(at) < 0) { fail(question, i, "a time that is none"); return }
    if (NOW != "" && micros(at) < micros(NOW) - 300000000)
        fail(question, i, "dated " at ", but the log was at " NOW " already")
}

function not_before_now(question, i, at) {
    if (micros(at) < 0) { fail(question, i, "a time that is none"); return }
    if (at "" < NOW "") fail(question, i, "the clock stepped back from " NOW " to " at)
    else NOW = at
}

# ------------------------------------------------------------------- kinds of statements

function judge(i, line,   kind) {
    if (line == "") { if (PENDING == i - 1) PENDING = ""; REVOKING = ""; return }
    kind = substr(line, 1, 80)
    if (substr(kind, 1, 10) != "{\"_type\":\"") kind = ""
    else { kind = substr(kind, 11); kind = substr(kind, 1, index(kind, "\"") - 1) }
    if (PENDING != "" && kind != "kya/decision/v1") {
        fail(10, PENDING, "the entry after an order must be its decision")
        PENDING = ""
    }
    if (REVOKING != "" && kind != "kya/crl/v1")
        fail(1, REVOKING, "the entry after a revocation must be its list")
    REVOKING = ""
    if (NEXT_NAME != "" && kind != "kya/continuation/v1") {
        fail(8, i, "the log has ended; the entry after a roll must go on as " NEXT_NAME)
        NEXT_NAME = ""
    }
    if ((i == 0) != (kind == "kya/log/v1"))
        fail(1, i, "the first entry, and it alone, opens the log")
    if (kind == "kya/decision/v1") { on_decision(i, line); return }
    if (!json(line)) { fail(8, i, "not canonical JSON"); return }
    if (kind == "kya/order/v1") on_order(i)
    else if (kind == "kya/report/v1") on_report(i)
    else if (kind == "kya/equivocation/v1") on_equivocation(i)
    else if (kind == "kya/certificate/v1") on_certificate(i)
    else if (kind == "kya/mandate/v1") on_mandate(i, line)
    else if (kind == "kya/issuer/v1") on_issuer(i)
    else if (kind == "kya/registration/v1") on_registration(i)
    else if (kind == "kya/refusal/v1") on_refusal(i)
    else if (kind == "kya/standing/v1") on_standing(i)
    else if (kind == "kya/schedule/v1") on_schedule(i)
    else if (kind == "kya/crl/v1") on_list(i)
    else if (kind == "kya/log/v1") on_log(i)
    else if (kind == "kya/runtime/v1") on_runtime(i)
    else if (kind == "kya/region-anchor/v1") on_anchor(i)
    else if (kind == "kya/session-start/v1") on_session(i)
    else if (kind == "kya/override/v1") on_override(i)
    else if (kind == "kya/halt/v1") on_halt(i)
    else if (kind == "kya/resume/v1") on_resume(i)
    else if (kind == "kya/rearm/v1") on_rearm(i)
    else if (kind == "kya/erasure/v1") on_erasure(i)
    else if (kind == "kya/clock/v1") on_clock(i, line)
    else if (kind == "kya/roll/v1") on_roll(i)
    else if (kind == "kya/continuation/v1") on_continuation(i)
    else if (kind == "kya/incident/v1") on_step(i)
    else if (kind == "kya/alert/v1") on_alert(i, line)
    else if (kind == "kya/place-limits/v1") on_place_limits(i)
    else if (kind == "kya/drop-copy/v1") on_copy(i)
    else if (kind == "kya/unexplained/v1") on_unexplained(i)
    else if (kind == "kya/overlay/v1") on_overlay(i)
    else if (kind == "kya/baseline-lock/v1") on_lock(i)
    else fail(8, i, "a statement of no known kind")
}

function on_log(i) {
    WHAT[i] = "the log is opened"
    if (!fields(i, 1, "_type,at,authority,clock,issuer,origin,root,root_crl") || i != 0) return
    if (V["root"] != ENVIRON["KYA_ROOT"])
        fail(1, i, "the log was opened under another root than yours")
    goes_by(i, V["origin"])
    CLOCK = V["clock"]
    NOW = V["at"]
    ISSUER[V["issuer"]] = i
    if (!("0" in ROLE) || ROLE["0"] != "authority") {
        fail(1, i, "opened by nobody with the role authority")
        return
    }
    enrol(0)
    used(0, V["at"])
    if (SIGNED[i] != 1 || SIGNER[i, 1] != NAME["0"] || ID[i, 1] != KEY["0"])
        fail(1, i, "want the signature of the opening authority alone")
    else job(1, i, 1, 0)
}

function fields(i, question, want) {
    if (K[""] == want) return 1
    fail(question, i, "other members than its kind has")
    return 0
}

function enrol(c) {
    STANDING[c] = "active"
    ISSUED_TO[NAME[c], ++ISSUED[NAME[c]]] = c
    if (ROLE[c] == "log") LOG_KEY = c
}

function on_certificate(i,   c, at) {
    WHAT[i] = "certificate " (i in SERIAL ? SERIAL[i] " of " NAME[i] : "")
    if (!fields(i, 1, "_type,at,certificate,custody,enrolment,replaces")) return
    at = V["at"]
    not_back_dated(1, i, at)
    if (signers(1, i, "authority", at) < 1 || !(i in ROLE)) return
    for (c in STANDING) if (SERIAL[c] "" == SERIAL[i] "") fail(1, i, "its serial is on record")
    if (ROLE[i] == "agent") {
        if (V["custody"] != CUSTODY[i]) fail(1, i, "says another custody of its key than " PATH[i])
        enrolled(i, at)
        granted(i, V["replaces"])
    } else if (V["enrolment"] != "null") fail(1, i, "enrolled, and no agent's")
    enrol(i)
    used(i, at "" > BEGINS[i] "" ? at : BEGINS[i])
}

# An agent's certificate is issued once, upon its newest registration, in time, and when all
# was shown that two operators asked for.
function enrolled(c, at,   r, k, shown, worth) {
    if (K["enrolment"] != "assurance,attestor,registration,shown") {
        fail(1, c, "an agent's certificate, but no registration that it is issued upon")
        return
    }
    r = V["enrolment.registration"]
    if (!(r in REGISTERED) || OPEN[REGISTERED[r]] != r) {
        fail(1, c, "its registration is not on record, used, or not the newest")
        return
    }
    delete OPEN[REGISTERED[r]]
    if (REGISTERED[r] != NAME[c]) fail(1, c, "the registration is for " REGISTERED[r])
    if (UNDER[r] != MANDATE[c]) fail(1, c, "the registration is under another mandate")
    if (at "" > EXPIRES[r] "") fail(1, c, "the registration had ended at " EXPIRES[r])
    if (V["enrolment.attestor"] != ATTESTOR[r]) fail(1, c, "want attestor " ATTESTOR[r])
    worth = ATTESTOR[r] == "token" ? "self_asserted" : "attested"
    if (V["enrolment.assurance"] != worth) fail(1, c, "its assurance is " worth)
    for (k = 1; k <= N["enrolment.shown"]; k++) shown = shown " " V["enrolment.shown." k]
    for (k = 1; k <= ASKED[r]; k++)
        if (!index(shown " ", " " ASKED[r, k] " ")) fail(1, c, "not shown: " ASKED[r, k])
}

# An agent's certificate says exactly what its mandate says, and follows the former one.
function granted(c, replaces,   m, former) {
    m = MANDATE[c]
    AGENT_CERTIFICATES++
    if (!(m in GRANTED)) fail(3, c, "names mandate " m ", which is not on record before it")
    else {
        if (GRANTED[m] != SCOPE[c])
            fail(3, c, PATH[c] " carries another scope than trust/mandate-" m ".note")
        if (GRANTED_TO[m] != NAME[c]) fail(3, c, "the mandate is for " GRANTED_TO[m])
        if (BEGINS[c] "" < FROM[m] "" || ENDS[c] "" > UNTIL[m] "")
            fail(3, c, "valid outside the mandate's time")
    }
    read_scope(c)
    former = NEWEST[NAME[c]]
    if (former == "" ? replaces != "null" : replaces != DIGEST_OF[former])
        fail(1, c, "does not name the certificate that it replaces")
    else if (former != "" && STANDING[former] != "revoked" && BEGINS[c] "" <= ENDS[former] "")
        fail(1, c, "the certificate that it replaces is neither revoked nor over by then")
    NEWEST[NAME[c]] = c
    if (NAME[c] in BASELINE) { PROBATION[NAME[c]] = 100; delete FIRST_DAY[NAME[c]] }
}

function list_of(name,   k, out) {
    out = ""
    for (k = 1; k <= N[name]; k++) out = out (k > 1 ? " " : "") V[name "." k]
    return out
}

function read_scope(c,   d) {
    if (!json(SCOPE[c]) || K[""] != "_type,calendar,currency,daily_max,daily_max_per," \
        (K[""] ~ /,limits,/ ? "limits," : "") \
        "live_from,markets,order_max,region_evidence,regions,venues,window") {
        fail(3, c, "its scope cannot be read")
        return
    }
    d = V["order_max"]
    PLACES[c] = index(d, ".") ? length(d) - index(d, ".") : 0
    if (!is_amount(d, PLACES[c]) || !is_amount(V["daily_max"], PLACES[c]) \
        || !within("every_day monday_to_friday " EXCHANGES, V["calendar"]) \
        || (V["daily_max_per"] != "agent" && V["daily_max_per"] != "market_and_side") \
        || (V["region_evidence"] != "self_asserted" && V["region_evidence"] != "attested") \
        || micros(V["live_from"]) < 0 || V["_type"] != "kya/scope/v1" \
        || micros("2026-01-01T" V["window.opens"] "Z") < 0 \
        || (V["window.closes"] != "24:00:00.000000" \
            && micros("2026-01-01T" V["window.closes"] "Z") < 0) \
        || (K[""] ~ /,limits,/ && !read_limits(c))) {
        fail(3, c, "its scope holds a limit that cannot be read")
        return
    }
    READABLE[c] = 1
    if ("limits.desk" in V) DESK[c] = V["limits.desk"]
    CURRENCY[c] = V["currency"]; ORDER_MAX[c] = V["order_max"]; DAILY_MAX[c] = V["daily_max"]
    PER[c] = V["daily_max_per"]; CALENDAR[c] = V["calendar"]; LIVE[c] = V["live_from"]
    OPENS[c] = V["window.opens"]; CLOSES[c] = V["window.closes"]
    MARKETS[c] = list_of("markets"); VENUES[c] = list_of("venues")
    REGIONS[c] = list_of("regions"); DEMANDED[c] = V["region_evidence"]
}

# What a scope sets beyond its maxima: 0 if a limit has no form that it can have. One that
# this script does not know is kept by name: nothing under it will be said to hold.
function read_limits(c,   n, names, k, name, v, prices) {
    n = split(K["limits"], names, ",")
    for (k = 1; k <= n; k++) {
        name = names[k]
        v = V["limits." name]
        if (name == "desk") {
            if (v !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/) return 0
        } else if (name == "order_types" || name == "times_in_force" || name == "actions") {
            v = list_of("limits." name)
            if (v == "" || !is_sorted("limits." name)) return 0
            if (name == "actions" && v !~ /^cancel( new)?( replace)?$/) return 0
        } else if (name == "order_units_max") {
            if (!read_units_max(c)) return 0
        } else if (name in COUNT_MOST) {
            if (v !~ /^[1-9][0-9]*$/ || length(v) > 10 || v + 0 > COUNT_MOST[name] \
                || !index(SCOPE[c], "\"" name "\":" v)) return 0
            if (name ~ /_bps$/ && name !~ /^score_/) prices++
        } else STRANGE[c] = STRANGE[c] (STRANGE[c] == "" ? "" : ", ") name
        LIMIT[c, name] = v
    }
    if (prices && !((c, "price_age_millis") in LIMIT)) return 0
    if ((c, "price_warn_bps") in LIMIT && !((c, "price_collar_bps") in LIMIT \
        && LIMIT[c, "price_warn_bps"] + 0 < LIMIT[c, "price_collar_bps"] + 0)) return 0
    if ((c, "score_warn_bps") in LIMIT && !((c, "score_critical_bps") in LIMIT \
        && LIMIT[c, "score_warn_bps"] + 0 < LIMIT[c, "score_critical_bps"] + 0)) return 0
    if ((c, "baseline_days") in LIMIT && !((c, "score_critical_bps") in LIMIT)) return 0
    if ((c, "baseline_warn_days") in LIMIT && !((c, "baseline_days") in LIMIT \
        && LIMIT[c, "baseline_warn_days"] + 0 < LIMIT[c, "baseline_days"] + 0)) return 0
    if (((c, "price_drift_bps") in LIMIT) != ((c, "price_drift_seconds") in LIMIT)) return 0
    return n > 0
}

# For each market of the scope and for no other one.
function read_units_max(c,   n, markets, k, v) {
    n = split(K["limits.order_units_max"], markets, ",")
    if (n == 0 || n != N["markets"]) return 0
    for (k = 1; k <= n; k++) {
        v = V["limits.order_units_max." markets[k]]
        if (markets[k] != V["markets." k] || !is_price(v, 18)) return 0
        UNITS_MAX[c, markets[k]] = v
    }
    return 1
}

function is_sorted(name,   k) {
    for (k = 2; k <= N[name]; k++) if (V[name "." k - 1] "" >= V[name "." k] "") return 0
    return 1
}

function on_mandate(i, line,   m, from, n) {
    m = DIGEST[i]
    WHAT[i] = "mandate of " V["agent"]
    if (!fields(i, 3, "_type,agent,grace_seconds," (has("incidents") ? "incidents," : "") \
        "operator,resolution,resolved_at,scope,valid_from,valid_until")) return
    if (m in GRANTED) fail(3, i, "this mandate is on record already")
    not_back_dated(3, i, V["resolved_at"])
    GRANTED_TO[m] = V["agent"]; FROM[m] = V["valid_from"]; UNTIL[m] = V["valid_until"]
    from = index(line, ",\"scope\":{") + 9
    GRANTED[m] = substr(line, from, index(line, "},\"valid_from\":\"") + 1 - from)
    if (!read_triggers(m, line)) fail(3, i, "says of incidents what no mandate can say")
    n = signers(3, i, "director", V["resolved_at"])
    if (n < 2) fail(3, i, "want two directors; signed by " n)
    DIRECTORS += n
    MANDATES++
    print i, "trust/mandate-" m ".note" >>(TMP "/mandates")
}

# What its certificate is worth, OpenSSL has said.
function on_issuer(i) {
    WHAT[i] = "the issuing CA is renewed"
    if (!fields(i, 1, "_type,at,certificate")) return
    if (V["certificate"] in ISSUER) fail(1, i, "this certificate is on record already")
    ISSUER[V["certificate"]] = i
    not_back_dated(1, i, V["at"])
    signers(1, i, "authority", V["at"])
}

function on_registration(i,   r, a, k) {
    r = DIGEST[i]
    a = V["agent"]
    WHAT[i] = "registration of " a
    if (!fields(i, 1, "_type,agent,at,attestor,expires_at,mandate,selectors,token")) return
    not_back_dated(1, i, V["at"])
    two_operators(i, V["at"])
    if (r in REGISTERED) { fail(1, i, "this registration is on record already"); return }
    if (V["token"] in TOKEN) fail(1, i, "its token is on record already")
    TOKEN[V["token"]] = 1
    if (index(" token kubernetes spiffe kms ", " " V["attestor"] " ") == 0 \
        || (V["attestor"] == "token") != (N["selectors"] + 0 == 0))
        fail(1, i, "an attestor that is none, or is asked for nothing")
    if (micros(V["expires_at"]) <= micros(V["at"]) \
        || micros(V["expires_at"]) > micros(V["at"]) + 86400000000)
        fail(1, i, "want it to end within 24 hours")
    if (!(V["mandate"] in GRANTED) || GRANTED_TO[V["mandate"]] != a)
        fail(3, i, "want a mandate of " a " on record")
    else if (V["at"] "" > UNTIL[V["mandate"]] "") fail(1, i, "its mandate had ended")
    REGISTERED[r] = a
    OPEN[a] = r
    UNDER[r] = V["mandate"]
    EXPIRES[r] = V["expires_at"]
    ATTESTOR[r] = V["attestor"]
    ASKED[r] = N["selectors"] + 0
    for (k = 1; k <= ASKED[r]; k++) ASKED[r, k] = V["selectors." k]
}

function on_refusal(i,   r) {
    r = V["registration"]
    WHAT[i] = "refusal of " V["agent"]
    if (!fields(i, 1, "_type,agent,at,registration,rule")) return
    not_back_dated(1, i, V["at"])
    signers(1, i, "authority", V["at"])
    if (!(r in REGISTERED) || REGISTERED[r] != V["agent"])
        fail(1, i, "no such registration is on record")
    else if (++REFUSED[r] > 16) fail(1, i, "16 refusals of this registration are on record")
    else if (r in REFUSED_AT && micros(V["at"]) < micros(REFUSED_AT[r]) + 1000000)
        fail(1, i, "less than a second after the refusal before it")
    REFUSED_AT[r] = V["at"]
}

function two_operators(i, at,   n) {
    n = signers(1, i, "operator", at)
    if (n < 2) fail(1, i, "want two operators; signed by " n)
}

function on_standing(i,   c, act, was) {
    act = V["act"]
    if (!fields(i, 1, "_type,act,at,code,credential,reason")) return
    c = V["credential"] in OF_DIGEST ? OF_DIGEST[V["credential"]] : ""
    WHAT[i] = act (c == "" ? "" : " " SERIAL[c])
    not_back_dated(1, i, V["at"])
    if (act == "reinstate") two_operators(i, V["at"])
    else signers(1, i, "authority", V["at"])
    if (c == "" || !(c in STANDING)) { fail(1, i, "no such certificate is on record"); return }
    was = STANDING[c]
    if (was == "active" && act == "suspend") {
        STANDING[c] = "suspended"
        STOPPED[c] = V["at"]
        incident_follows(c, "suspended", V["at"])
    } else if (was == "suspended" && act == "reinstate") {
        if (V["at"] "" <= STOPPED[c] "") fail(1, i, "dated before the suspension it lifts")
        STANDING[c] = "active"
        incident_follows(c, "reinstated", V["at"])
    }
    else if (was != "revoked" && act == "revoke") revoked(i, c, V["at"])
    else fail(1, i, "the certificate is " was)
    if (act == "revoke" ? !is_code(V["code"]) : V["code"] != "null")
        fail(1, i, "want a reason code of RFC 5280 for a revocation, and for it alone")
}

# What was due before it was revoked has ended then, and not later.
function revoked(i, c, at) {
    REVOKING = i
    STANDING[c] = "revoked"
    incident_follows(c, "revoked", at)
    if (!(c in SINCE) || at "" < SINCE[c] "") SINCE[c] = at
    CODE[c] = tolower(V["code"])
}

function on_schedule(i,   c) {
    if (!fields(i, 1, "_type,at,code,credential,due,reason")) return
    c = V["credential"] in OF_DIGEST ? OF_DIGEST[V["credential"]] : ""
    WHAT[i] = "schedule" (c == "" ? "" : " " SERIAL[c])
    not_back_dated(1, i, V["at"])
    signers(1, i, "authority", V["at"])
    if (c == "" || !(c in STANDING)) { fail(1, i, "no such certificate is on record"); return }
    if (STANDING[c] == "revoked") { fail(1, i, "the certificate is revoked"); return }
    if (micros(V["due"]) < 0 || V["due"] "" <= V["at"] "" || V["due"] "" > ENDS[c] "")
        fail(1, i, "due at no time after its own and within the certificate's")
    if (!is_code(V["code"])) fail(1, i, "want a reason code of RFC 5280")
    if (c in SINCE && V["due"] "" >= SINCE[c] "")
        fail(1, i, "revoked from " SINCE[c] " on already, which it would put off")
    SINCE[c] = V["due"]
}

function is_code(text) {
    return index(" keyCompromise cACompromise affiliationChanged superseded" \
        " cessationOfOperation privilegeWithdrawn ", " " text " ") > 0
}

# A revocation that is due has happened, whether or not an entry says so yet.
function standing_at(c, at) {
    return c in SINCE && SINCE[c] "" <= at "" ? "revoked" : STANDING[c]
}

# ---------------------------------------------- what people set aside for one order

function on_override(i,   a, o, lasting, waiting) {
    a = V["agent"]
    o = V["order"]
    WHAT[i] = "override for " a
    if (!fields(i, 4, "_type,agent,at,controls,expires_at,order,reason")) return
    not_back_dated(4, i, V["at"])
    signers(4, i, "compliance director operator risk", V["at"])
    if (!verified_by_risk(i)) fail(4, i, "want risk management and another person")
    lasting = micros(V["expires_at"]) - micros(V["at"])
    if (micros(V["expires_at"]) < 0 || lasting <= 0 || lasting > 900000000)
        fail(4, i, "want it to end at most 15 minutes after it was signed")
    if (V["expires_at"] "" < NOW "") fail(4, i, "over before it was on record")
    if (!only_limits()) fail(4, i, "sets aside what nobody may, or not sorted and each once")
    if (!(a in NEWEST)) fail(4, i, "no agent of this name is on record")
    if (a in PREV && PREV[a] == o) fail(4, i, "the order is decided already")
    for (waiting in OVERRIDE)
        if (OVERRIDE_END[waiting] "" < NOW "") delete OVERRIDE[waiting]
    if (o in OVERRIDE) fail(4, i, "another one waits for this order")
    lasting = 0
    for (waiting in OVERRIDE) lasting++
    if (lasting >= 64) fail(4, i, "64 of them wait for their orders")
    OVERRIDE[o] = LEAF[i]; OVERRIDE_FOR[o] = a; OVERRIDE_END[o] = V["expires_at"]
    OVERRIDE_LIMITS[o] = list_of("controls")
}

# Somebody of risk management, and somebody else in name and in key, of another role.
function verified_by_risk(i,   j, k, r, c) {
    for (j = 1; j <= SIGNED[i]; j++) for (k = 1; k <= SIGNED[i]; k++) {
        if (!((i, j) in BY) || !((i, k) in BY)) continue
        r = BY[i, j]; c = BY[i, k]
        if (ROLE[r] == "risk" && ROLE[c] != "risk" && NAME[r] != NAME[c] && SPKI[r] != SPKI[c])
            return 1
    }
    return 0
}

function only_limits(   k, name, former) {
    former = ""
    if (N["controls"] > 16) return 0
    for (k = 1; k <= N["controls"]; k++) {
        name = V["controls." k]
        if (!within("daily.amount daily.orders exposure.gross exposure.net hours.calendar" \
            " hours.window open.market_orders open.orders order.amount order.duplicate" \
            " order.units place.daily_amount place.open_orders place.order_amount position.market" \
            " price.collar price.drift price.spread" \
            " rate.orders_per_fill venue.credit venue.daily_amount", name)) return 0
        if (name "" <= former "") return 0
        former = name
    }
    return former != ""
}

# What is set aside for the pending order, whose line has this digest: it is used up.
function overriding(o, at) {
    O_OVERRIDE = "null"
    O_ASIDE = ""
    if (!(o in OVERRIDE)) return
    if (OVERRIDE_FOR[o] == O_AGENT && at "" <= OVERRIDE_END[o] "") {
        O_OVERRIDE = "\"" OVERRIDE[o] "\""
        O_ASIDE = OVERRIDE_LIMITS[o]
    }
    delete OVERRIDE[o]
}

# ------------------------------------------- where trading is stopped, and started again

function is_place(text,   p, level, name) {
    if (text == "firm") return 1
    p = index(text, ":")
    level = substr(text, 1, p - 1)
    name = substr(text, p + 1)
    if (level == "agent" || level == "desk")
        return name ~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/ && length(name) <= 64
    if (level == "market") return name ~ /^[A-Z0-9]+\/[A-Z0-9]+$/
    return level == "venue" && name ~ /^[A-Z0-9]+$/
}

# Two different people, in name and in key, one of whom holds one of these roles.
function two_people(i, roles,   j, k, r, c) {
    for (j = 1; j <= SIGNED[i]; j++) for (k = 1; k <= SIGNED[i]; k++) {
        if (!((i, j) in BY) || !((i, k) in BY)) continue
        r = BY[i, j]; c = BY[i, k]
        if (within(roles, ROLE[r]) && NAME[r] != NAME[c] && SPKI[r] != SPKI[c]) return 1
    }
    return 0
}

function on_halt(i,   p, at, s, n) {
    p = V["place"]; at = V["at"]; s = V["state"]
    WHAT[i] = "halt of " p
    if (!fields(i, 4, "_type,at,place,reason,state")) return
    not_back_dated(4, i, at)
    signers(4, i, "compliance operator risk gateway", at)
    if (!is_place(p) || V["reason"] == "" || (s != "halted" && s != "reducing")) {
        fail(4, i, "no place, reason or state that a halt can have")
        return
    }
    if (substr(p, 1, 6) == "agent:" && !(substr(p, 7) in NEWEST))
        fail(4, i, "no agent of this name is on record")
    if (p in HALTED_AT && at "" <= HALTED_AT[p] "")
        fail(4, i, "not later than the halt in force of " HALTED_AT[p])
    if (p in RESUMED_AT && at "" <= RESUMED_AT[p] "")
        fail(4, i, "not later than the last resume of " RESUMED_AT[p])
    if (p in HALTED_AT && STOPPED_AS[p] == "halted" && s != "halted")
        fail(4, i, "milder than the halt in force")
    if (!(p in HALTED_AT) && STOPPED_NOW >= 4096 && p != "firm")
        fail(4, i, "4096 places are stopped")
    if (!(p in HALTED_AT)) STOPPED_NOW++
    else delete HALT_PLACE[HALT_LEAF[p]]
    HALTED_AT[p] = at; STOPPED_AS[p] = s; HALT_LEAF[p] = LEAF[i]; HALT_PLACE[LEAF[i]] = p
    HALTS++
}

function on_resume(i,   h, p, at) {
    h = V["halt"]; at = V["at"]
    WHAT[i] = "resume"
    if (!fields(i, 4, "_type,at,halt,reason")) return
    not_back_dated(4, i, at)
    signers(4, i, "compliance operator risk", at)
    if (!two_people(i, "compliance risk"))
        fail(4, i, "want two people, one of compliance or risk management")
    if (V["reason"] == "") fail(4, i, "gives no reason")
    if (!(h in HALT_PLACE)) { fail(4, i, "lifts no halt that is in force"); return }
    p = HALT_PLACE[h]
    WHAT[i] = "resume of " p
    if (at "" <= HALTED_AT[p] "") fail(4, i, "not later than the halt that it lifts")
    RESUMED_AT[p] = at
    delete HALTED_AT[p]; delete STOPPED_AS[p]; delete HALT_LEAF[p]; delete HALT_PLACE[h]
    STOPPED_NOW--
    RESUMES++
}

function on_erasure(i) {
    WHAT[i] = "erasure of a text"
    if (!fields(i, 8, "_type,at,ground,text")) return
    not_back_dated(8, i, V["at"])
    signers(8, i, "compliance operator risk", V["at"])
    if (!two_people(i, "compliance risk"))
        fail(8, i, "want two people, one of compliance or risk management")
    if (!within("request retention error", V["ground"]) || !is_digest(V["text"]))
        fail(8, i, "no ground or text that an erasure can have")
}

function goes_by(i, name) {
    ORIGIN = name
    HAD[name] = 1
    print i "\t" name >(TMP "/names")
}

function on_roll(i) {
    WHAT[i] = "roll of the log"
    if (!fields(i, 8, "_type,at,next,origin,reason")) return
    not_back_dated(8, i, V["at"])
    signers(8, i, "compliance operator risk", V["at"])
    if (!two_people(i, "compliance risk"))
        fail(8, i, "want two people, one of compliance or risk management")
    if (V["origin"] != ORIGIN) fail(8, i, "this log is " ORIGIN)
    if (V["next"] in HAD) fail(8, i, "the log has had the name " V["next"])
    if (V["reason"] == "" || V["next"] == "") fail(8, i, "no name or reason that a roll can have")
    NEXT_NAME = V["next"]
}

# Its checkpoint is held against the entries with all others.
function on_continuation(i,   last) {
    WHAT[i] = "the log goes on"
    if (!fields(i, 8, "_type,at,checkpoint,origin")) return
    not_back_dated(8, i, V["at"])
    signers(8, i, "gateway", V["at"])
    if (NEXT_NAME == "" || V["origin"] != NEXT_NAME)
        fail(8, i, NEXT_NAME == "" ? "no roll stands before it" : "want " NEXT_NAME)
    NEXT_NAME = ""
    last = bytes(unbase64(V["checkpoint"]))
    if (last == "") fail(8, i, "no checkpoint that it follows")
    else write_file(TMP "/continued/" i, last)
    goes_by(i, V["origin"])
}

function on_clock(i, line,   b, o, at) {
    WHAT[i] = "comparison of the clock"
    b = V["bound_micros"]; o = V["offset_micros"]; at = V["at"]
    if (!fields(i, 8, "_type,at,bound_micros,keeper,offset_micros")) return
    not_before_now(8, i, at)
    if (signers(8, i, "gateway", at) < 1) return
    if (!within("chrony kernel", V["keeper"]) || (b == "null") != (o == "null") \
        || !index(line, ",\"bound_micros\":" b ",\"keeper\":\"") \
        || !index(line, ",\"offset_micros\":" o "}") \
        || b != "null" && (!is_at_most(b, 86400000000, 0) \
            || o == "-0" || !is_at_most(substr(o, 1, 1) == "-" ? substr(o, 2) : o, 86400000000, 0)))
        fail(8, i, "no figures that a comparison can have")
}

function on_rearm(i,   a, l, at) {
    a = V["agent"]; l = V["latch"]; at = V["at"]
    WHAT[i] = "re-arming of " a
    if (!fields(i, 4, "_type,agent,at,latch,reason")) return
    not_back_dated(4, i, at)
    signers(4, i, "compliance operator risk", at)
    if (!two_people(i, "compliance operator risk")) fail(4, i, "want two people")
    if (!within("losses rejects executions behaviour", l) || V["reason"] == "")
        fail(4, i, "no latch or reason that a re-arming can have")
    if (!(a in NEWEST)) fail(4, i, "no agent of this name is on record")
    if ((a, l) in REARMED_AT && at "" <= REARMED_AT[a, l] "")
        fail(4, i, "not later than the last one of " REARMED_AT[a, l])
    REARMED_AT[a, l] = at
    if (l == "rejects") ROW[a] = LONGEST_ROW[a] = 0
    if (l == "executions") EXECUTIONS[a] = 0
}

# What is in force where the pending order goes: H_SAID as a decision says it.
function stopped_at(p) {
    if (!(p in STOPPED_AS)) return
    H_SAID = H_SAID (H_SAID == "" ? "" : "; ") STOPPED_AS[p] " "
    sub(/:/, " ", p)
    H_SAID = H_SAID p
}
function halt_state(   said) {
    H_SAID = ""
    stopped_at("agent:" O_AGENT)
    if (O_CERTIFICATE in DESK) stopped_at("desk:" DESK[O_CERTIFICATE])
    stopped_at("market:" O_MARKET)
    stopped_at("venue:" O_VENUE)
    stopped_at("firm")
    said = "; " H_SAID
    # It reduces nothing for certain where no order of the other side was ever allowed.
    if (H_SAID != "" && !index(said, "; halted ") \
        && (O_AGENT, O_MARKET, O_SIDE == "BUY" ? "SELL" : "BUY") in WENT)
        UNSURE = "whether it reduces a position is not added up here"
    rule(H_SAID == "", "halt.state", "active", H_SAID == "" ? "active" : H_SAID, \
        index(said, "; halted ") ? "halt.halted" : "halt.reducing", "")
}

# ------------------------------------------ incidents: what opens them, and how they end

# What a mandate says of incidents, as it stands there: written again from what was read, so
# that no number is a string. 0 if it has no form that it can have.
function read_triggers(m, line,   text, k, at, n) {
    GRACE[m] = V["grace_seconds"]
    if (!is_at_most(GRACE[m], 86400, 0) || !index(line, ",\"grace_seconds\":" GRACE[m] ","))
        return 0
    if (!has("incidents")) return 1
    n = N["incidents.triggers"] + 0
    ALERTED[m] = V["incidents.alert_seconds"]
    text = "{\"alert_seconds\":" ALERTED[m] ",\"triggers\":["
    for (k = 1; k <= n; k++) {
        at = "incidents.triggers." k
        TRIGGER[m, k] = list_of(at ".reasons")
        ENOUGH[m, k] = V[at ".count"]
        RECENT[m, k] = V[at ".within_seconds"]
        if (!is_trigger(m, k, at ".reasons")) return 0
        text = text (k > 1 ? "," : "") "{\"count\":" ENOUGH[m, k] ",\"reasons\":[" \
            quoted(TRIGGER[m, k]) "],\"within_seconds\":" RECENT[m, k] "}"
    }
    if (n < 1 || n > 16 || !index(line, ",\"incidents\":" text "]},\"operator\":\"") \
        || (ALERTED[m] != "null" && !is_at_most(ALERTED[m], 3600, 1))) return 0
    TRIGGERS[m] = n
    WATCHED++
    return 1
}

function is_trigger(m, k, name,   n, words) {
    if (TRIGGER[m, k] !~ /^[a-z_.]+( [a-z_.]+)*$/ || !is_sorted(name) \
        || !is_at_most(ENOUGH[m, k], 100, 1) || !is_at_most(RECENT[m, k], 604800, 1)) return 0
    for (n = split(TRIGGER[m, k], words, " "); n >= 1; n--)
        if (within("credential.suspended credential.revoked credential.not_yet_valid" \
            " credential.expired incident.grace_over", words[n])) return 0
    return 1
}

function is_at_most(text, most, least) {
    return text ~ /^(0|[1-9][0-9]*)$/ && length(text) <= 15 && text + 0 >= least && text + 0 <= most
}
function quoted(list) {
    gsub(/ /, "\",\"", list)
    return "\"" list "\""
}

# The instant so many seconds after; what follows the second stays.
function later(at, seconds,   y, m, d, s) {
    y = substr(at, 1, 4) + 0; m = substr(at, 6, 2) + 0; d = substr(at, 9, 2) + 0
    s = (substr(at, 12, 2) * 60 + substr(at, 15, 2)) * 60 + substr(at, 18, 2) + seconds
    for (; s >= 86400; s -= 86400) {
        d++
        if (days(y, m, d) < (m == 12 ? days(y + 1, 1, 1) : days(y, m + 1, 1))) continue
        d = 1
        if (++m > 12) { m = 1; y++ }
    }
    return sprintf("%04d-%02d-%02dT%02d:%02d:%02d", y, m, d, int(s / 3600), int(s / 60) % 60, \
        s % 60) substr(at, 20)
}

# The control: past the end of a grace nothing leaves, whatever people set aside.
function grace(a, c, at,   n) {
    if (!(a in RUNNING)) {
        if (MANDATE[c] in TRIGGERS)
            control("incident.grace", "within its grace", "none", "passed", "", "")
        return
    }
    n = RUNNING[a]
    control("incident.grace", "within its grace", I_STATE[n] " until " I_ENDS[n], \
        at "" < I_ENDS[n] "" ? "passed" : "failed", "incident.grace_over", "")
}

# What the decision must open, by the controls that it lists: OPENS_WHAT as it is written.
# Whether it lists the right ones, questions 4 and 5 ask.
function find_opening(i, line, at, said,   m, k, named) {
    OPENS_WHAT = ""
    BREACHED = ""
    m = MANDATE[O_CERTIFICATE]
    if ((m in TRIGGERS) && !(O_AGENT in RUNNING) && said != "refused") {
        if (is_taken(m)) LEFT_OPEN++
        read_breaches(i, line)
        for (k = 1; k <= TRIGGERS[m] && OPENS_WHAT == ""; k++) {
            named = shared(BREACHED, TRIGGER[m, k])
            if (named == "" || !is_met(O_AGENT, m, k, at)) continue
            OPENS_WHAT = "{\"grace_ends_at\":\"" later(at, GRACE[m]) "\",\"reasons\":[" \
                quoted(named) "],\"trigger\":" k "}"
        }
    }
}

function opens(i, line, at, said) {
    find_opening(i, line, at, said)
    if (OPENS_WHAT == "" ? index(line, ",\"incident\":") \
        : !index(line, ",\"incident\":" OPENS_WHAT ",\"mandate\":\""))
        fail(7, i, "opens another incident than the mandate says, or none where it does")
}

# Whether a trigger counts what this script takes as it is recorded.
function is_taken(m,   k) {
    for (k = 1; k <= TRIGGERS[m]; k++)
        if ((BEHAVIOUR != "" && TRIGGER[m, k] ~ /behaviour[.](critical|sequence|unusual)/) \
            || (OVERLAYS_TEXT != "" && TRIGGER[m, k] ~ /overlay[.]/)) return 1
    return 0
}

function read_breaches(i, line,   k, at) {
    if (!json(line)) { fail(5, i, "not canonical JSON"); return }
    for (k = 1; k <= N["controls"]; k++) {
        at = "controls." k
        if (!((at ".reason") in V) || V[at ".outcome"] == "overridden") continue
        BREACHED = BREACHED (BREACHED == "" ? "" : " ") V[at ".reason"]
    }
}

# Of the words of one list those that are in the other one.
function shared(list, other,   n, k, words, out) {
    out = ""
    n = split(list, words, " ")
    for (k = 1; k <= n; k++)
        if (within(other, words[k])) out = out (out == "" ? "" : " ") words[k]
    return out
}

# Whether one more now makes enough: the one so many before it must be recent.
function is_met(a, m, k, at,   first) {
    if (ENOUGH[m, k] == 1) return 1
    if (COUNTS_FOR[a] != m) return 0
    first = MET[a, k] - ENOUGH[m, k] + 2
    return (a, k, first) in MET_AT \
        && micros(at) - micros(MET_AT[a, k, first]) < RECENT[m, k] * 1000000
}

# Opens it, or else counts the breach towards the next one; another mandate counts anew.
function open_incident(n, at,   m, k) {
    m = MANDATE[O_CERTIFICATE]
    if (BREACHED == "") return
    if (OPENS_WHAT != "") {
        COUNTS_FOR[O_AGENT] = ""
        RUNNING[O_AGENT] = n
        INCIDENT[++INCIDENTS] = n
        I_STATE[n] = "open"; I_AGENT[n] = O_AGENT; I_OPENED[n] = at; I_UNDER[n] = O_CERTIFICATE
        I_ENDS[n] = later(at, GRACE[m])
        I_SECONDS[n] = ALERTED[m]
        return
    }
    if (COUNTS_FOR[O_AGENT] != m) for (k = 1; k <= 16; k++) {
        for (n = MET[O_AGENT, k]; (O_AGENT, k, n) in MET_AT; n--) delete MET_AT[O_AGENT, k, n]
        MET[O_AGENT, k] = 0
    }
    COUNTS_FOR[O_AGENT] = m
    for (k = 1; k <= TRIGGERS[m]; k++) {
        if (shared(BREACHED, TRIGGER[m, k]) == "") continue
        MET_AT[O_AGENT, k, ++MET[O_AGENT, k]] = at
        delete MET_AT[O_AGENT, k, MET[O_AGENT, k] - ENOUGH[m, k] + 1]
    }
}

# A decision that cannot be run again may leave out what it breached.
function breaches_are_taken(i) {
    if (MANDATE[O_CERTIFICATE] in TRIGGERS)
        finding(7, "UNKNOWN", label(i) ": what it breached is taken as it is recorded, for it" \
            " cannot be run again")
}

# A step or an alert that may not be has no effect: what rests on it fails, too.
function on_step(i,   s, at, n) {
    s = V["step"]; at = V["at"]; n = V["incident"]
    WHAT[i] = s " of incident " substr(n, 1, 16)
    if (s !~ /^(acknowledge|extend|release|revoke|conclude)$/) { fail(7, i, "a step that is none"); return }
    if (!fields(i, 7, "_type,at," (s == "conclude" ? "file," : "") "incident,reason,step" \
        (s == "extend" ? ",until" : ""))) return
    not_back_dated(7, i, at)
    if (signers(7, i, "compliance operator risk", at) < 1) return
    if (s ~ /^(extend|release|revoke)$/ && !two_people(i, "compliance risk"))
        fail(7, i, "want two people, one of compliance or risk management")
    else if (s == "conclude" && !one_person(i, "compliance risk"))
        fail(7, i, "want somebody of compliance or risk management")
    else if (V["reason"] == "" || (s == "conclude" && !is_digest(V["file"])) \
        || (s == "extend" && micros(V["until"]) < 0))
        fail(7, i, "no reason, file or end that a step can have")
    else if (!(n in I_STATE)) fail(7, i, "no such incident is on record")
    else take_step(i, s, at, n)
}

function one_person(i, roles,   k) {
    for (k = 1; k <= SIGNED[i]; k++)
        if (((i, k) in BY) && within(roles, ROLE[BY[i, k]])) return 1
    return 0
}

function take_step(i, s, at, n,   against) {
    against = against_step(s, at, n)
    if (against != "") { fail(7, i, against); return }
    I_ACTED[n] = at
    if (s == "acknowledge") I_STATE[n] = "acknowledged"
    else if (s == "extend") I_ENDS[n] = V["until"]
    else if (s == "conclude") I_CONCLUDED[n] = 1
    else if (s == "revoke") SINCE[I_UNDER[n]] = at
    else {
        I_STATE[n] = "released"
        delete RUNNING[I_AGENT[n]]
    }
}

# From where it stands, in time, and to no end but a later one.
function against_step(s, at, n,   from) {
    from = s == "acknowledge" ? "open" : s == "conclude" ? "released reinstated revoked" \
        : s == "revoke" ? "suspended" : "open acknowledged"
    if (!within(from, I_STATE[n])) return "it is " I_STATE[n]
    if (s == "conclude" && (n in I_CONCLUDED)) return "it is concluded already"
    if (at "" < I_OPENED[n] "" || ((n in I_ACTED) && at "" <= I_ACTED[n] ""))
        return "not later than what it follows"
    if (s == "revoke" && standing_at(I_UNDER[n], at) == "revoked") return "it is revoked already"
    if (s == "revoke" && at "" > ENDS[I_UNDER[n]] "") return "its certificate has ended"
    if (s !~ /^(extend|release)$/) return ""
    if (at "" >= I_ENDS[n] "" || NOW "" >= I_ENDS[n] "") return "its grace ended at " I_ENDS[n]
    if (s == "extend" && (V["until"] "" <= I_ENDS[n] "" || V["until"] "" > later(at, 86400) ""))
        return "until no later end, or more than 24 hours after it was signed"
    return ""
}

function on_alert(i, line,   n, at, m) {
    n = V["incident"]; at = V["at"]; m = V["micros"]
    WHAT[i] = "alert of incident " substr(n, 1, 16)
    if (!fields(i, 7, "_type,at,attempts,delivered,detail,incident,micros,target")) return
    not_before_now(7, i, at)
    if (signers(7, i, "gateway", at) < 1) return
    if (!is_at_most(V["attempts"], 999999999999999, 1) || !is_at_most(m, 999999999999999, 0) \
        || V["delivered"] !~ /^(true|false)$/ || V["target"] !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/ \
        || !index(line, ",\"attempts\":" V["attempts"] ",\"delivered\":" V["delivered"] ",\"detail\":\"") \
        || !index(line, ",\"micros\":" m ",\"target\":\""))
        fail(7, i, "a number, target or answer that no alert can have")
    else if (!(n in I_STATE)) fail(7, i, "no such incident is on record")
    else if ((n, V["target"]) in SETTLED) fail(7, i, V["target"] " is settled already")
    else take_alert(n, at, m + 0)
}

function take_alert(n, at, m) {
    SETTLED[n, V["target"]] = 1
    if (V["delivered"] == "false") return
    if (!(n in I_TOLD) || m < I_TOLD[n]) I_TOLD[n] = m
    if (I_SECONDS[n] != "null" && m <= I_SECONDS[n] * 1000000 \
        && at "" <= later(I_OPENED[n], I_SECONDS[n]) "") IN_TIME[n] = 1
}

# An incident follows the certificate that it was opened under.
function incident_follows(c, to, at,   n) {
    if (ROLE[c] != "agent") return
    TIMES[to]++
    if (!(NAME[c] in RUNNING)) return
    n = RUNNING[NAME[c]]
    if (I_UNDER[n] != c) return
    I_STATE[n] = to
    if (to == "suspended") I_STOPPED[n] = at
    else delete RUNNING[NAME[c]]
}

# What people and services had to do by the end of the log.
function conclude_incidents(   k, n) {
    for (k = 1; k <= INCIDENTS; k++) {
        n = INCIDENT[k]
        conclude_incident(n, "the end of the log: incident " substr(n, 1, 16) " of " I_AGENT[n])
    }
    if (UNFOLLOWED && WATCHED)
        finding(7, "UNKNOWN", UNFOLLOWED " decisions cannot be judged, so that what they open is not known")
    if (LEFT_OPEN)
        finding(7, "UNKNOWN", LEFT_OPEN " decisions could open an incident by a score or by an answer" \
            " of an overlay, which are taken as they are recorded")
    if (INCIDENTS) finding(7, "CHECKED", incidents_told())
    else if (WATCHED)
        finding(7, "CHECKED", "mandates that say what opens an incident: " WATCHED "; no decision" \
            " under them does")
    else finding(7, "UNKNOWN", "no mandate on record says what opens an incident")
    finding(7, "CHECKED", "suspensions: " TIMES["suspended"] + 0 ", reinstatements: " \
        TIMES["reinstated"] + 0 ", revocations: " TIMES["revoked"] + 0)
}

function conclude_incident(n, what) {
    if (within("open acknowledged", I_STATE[n])) {
        if (NOW "" > later(I_ENDS[n], 60) "")
            finding(7, "FAILS", what ": its grace ended at " I_ENDS[n] ", nobody decided, and it" \
                " was never suspended; the log goes on to " NOW)
        else finding(7, "UNKNOWN", what ": " I_STATE[n] ", until " I_ENDS[n])
    }
    if (I_SECONDS[n] == "null" || (n in IN_TIME)) return
    if (NOW "" > later(I_OPENED[n], I_SECONDS[n]) "")
        finding(7, "FAILS", what ": nobody was told within " I_SECONDS[n] " s")
    else finding(7, "UNKNOWN", what ": nobody was told yet; the log ends before")
}

# What became of them, and how fast.
function incidents_told(   k, n, words, count, text, told, slowest, late, latest, past) {
    for (k = 1; k <= INCIDENTS; k++) {
        n = INCIDENT[k]
        count[I_STATE[n]]++
        if (n in I_TOLD) { told++; if (I_TOLD[n] > slowest) slowest = I_TOLD[n] }
        if (!(n in I_STOPPED) || I_STOPPED[n] "" < I_ENDS[n] "") continue
        late++
        past = micros(I_STOPPED[n]) - micros(I_ENDS[n])
        if (past > latest) latest = past
    }
    n = split("acknowledged open reinstated released revoked suspended", words, " ")
    for (k = 1; k <= n; k++)
        if (words[k] in count) text = text (text == "" ? "" : ", ") count[words[k]] " " words[k]
    return "incidents: " INCIDENTS " (" text "), each opened as its mandate says; no order but" \
        " cancels was allowed from the end of a grace on" \
        (told ? "; first alerts delivered: " told ", within " in_seconds(slowest) : "") \
        (late ? "; suspended at the end of a grace: " late ", at most " in_seconds(latest) \
        " after it" : "")
}

# Rounded up to a millisecond.
function in_seconds(m) {
    m = int((m + 999) / 1000)
    return sprintf("%.0f.%03d s", int(m / 1000), m % 1000)
}

# ---------------------------------------------------- what all agents share at a place

function has(name) { return index("," K[""] ",", "," name ",") > 0 }
function is_limit(name) {
    return !has(name) || V[name] ~ /^(0|[1-9][0-9]*)([.][0-9]+)?$/
}

function on_place_limits(i,   p, at) {
    p = V["place"]; at = V["at"]
    WHAT[i] = "limits of " p
    if (!fields(i, 4, "_type,at,currency," (has("daily_max") ? "daily_max," : "") \
        (has("open_orders") ? "open_orders," : "") (has("order_max") ? "order_max," : "") \
        "place,reason")) return
    not_back_dated(4, i, at)
    signers(4, i, "compliance risk", at)
    if (!is_place(p) || V["reason"] == "" || V["currency"] !~ /^[A-Z0-9]+$/ \
        || !is_limit("daily_max") || !is_limit("order_max") \
        || !(has("daily_max") || has("open_orders") || has("order_max")) \
        || (has("open_orders") && (V["open_orders"] !~ /^[1-9][0-9]*$/ \
            || more(V["open_orders"], "1000000000")))) {
        fail(4, i, "no place, reason or limit that a place can have")
        return
    }
    if (substr(p, 1, 6) == "agent:" && !(substr(p, 7) in NEWEST))
        fail(4, i, "no agent of this name is on record")
    if (p in LIMITED_AT && at "" <= LIMITED_AT[p] "")
        fail(4, i, "not later than the limits in force of " LIMITED_AT[p])
    if (!(p in LIMITED_AT) && LIMITED_NOW >= 4096 && p != "firm")
        fail(4, i, "4096 places are limited")
    if (!only_tightens(p) && !two_people(i, "compliance risk"))
        fail(4, i, "want two people, for it is new or widens")
    if (!(p in LIMITED_AT)) LIMITED_NOW++
    LIMITED_AT[p] = at; LIMITED_IN[p] = V["currency"]
    MOST[p, "place.order_amount"] = has("order_max") ? V["order_max"] : ""
    MOST[p, "place.daily_amount"] = has("daily_max") ? V["daily_max"] : ""
    MOST[p, "place.open_orders"] = has("open_orders") ? V["open_orders"] : ""
    LIMITS_OF_PLACES++
}

# The same limits in the same currency, none of them higher.
function only_tightens(p) {
    return p in LIMITED_AT && LIMITED_IN[p] == V["currency"] \
        && is_no_wider("order_max", MOST[p, "place.order_amount"]) \
        && is_no_wider("daily_max", MOST[p, "place.daily_amount"]) \
        && is_no_wider("open_orders", MOST[p, "place.open_orders"])
}
function is_no_wider(name, former) {
    if (!has(name) || former == "") return !has(name) && former == ""
    return !more(scaled(V[name], 18), scaled(former, 18))
}

# Where the pending order goes, the narrowest place first.
function find_places(c) {
    GOES = "agent:" O_AGENT (c in DESK ? " desk:" DESK[c] : "") " market:" O_MARKET \
        " venue:" O_VENUE " firm"
}

# Of the places that have this limit, the first that is above it decides, else the one with
# the least left; one that is in another currency comes before both (place-limits.md 5).
function at_places(c, id, day,   n, k, p, words, most, total, left, over, least, is_count, at, given) {
    is_count = id == "place.open_orders"
    at = over = least = ""
    n = split(GOES, words, " ")
    for (k = 1; k <= n; k++) {
        p = words[k]
        if (!(p in LIMITED_AT) || MOST[p, id] == "") continue
        if (!is_count && (WORTH == "" || LIMITED_IN[p] != CURRENCY[c])) {
            total = WORTH == "" ? O_AMOUNT " " O_CURRENCY : WORTH " " CURRENCY[c]
            control(id, MOST[p, id] " " LIMITED_IN[p] spoken(p), total spoken(p), \
                "cannot_evaluate", id "_max", "")
            return
        }
    }
    for (k = 1; k <= n && over == ""; k++) {
        p = words[k]
        if (!(p in LIMITED_AT) || MOST[p, id] == "") continue
        if (!is_count && !is_amount(MOST[p, id], PLACES[c]))
            UNSURE = "the limit of " p " has other decimals than its scope"
        most = is_count ? MOST[p, id] : scaled(MOST[p, id], PLACES[c])
        total = used_at(c, p, id, day)
        if (more(total, most)) over = total
        else {
            left = minus(most, total)
            if (at != "" && !more(least, left)) continue
            least = left
        }
        at = p
        given = total
    }
    if (at == "") return
    if (is_count) rule(over == "", id, MOST[at, id] spoken(at), given spoken(at), id "_max", "orders")
    else rule(over == "", id, MOST[at, id] " " CURRENCY[c] spoken(at), \
        pointed(given, PLACES[c]) " " CURRENCY[c] spoken(at), id "_max", "")
}
function spoken(p) { sub(/:/, " ", p); return " at " p }

# What is used of a place, with the pending order.
function used_at(c, p, id, day,   key) {
    if (id == "place.order_amount") return scaled(WORTH, PLACES[c])
    if (id == "place.open_orders") return OPEN_AT[p] + !works(O_AGENT SUBSEP O_TARGET) ""
    key = p SUBSEP day SUBSEP CURRENCY[c]
    return plus(key in PLACE_SUM ? PLACE_SUM[key] : "0", COUNTED)
}

# An allowed order reserves at each of its places, and is open there unless it stands for
# one that is.
function use_places(key, day, unit,   n, k, words, at) {
    GONE_TO[key] = GOES
    if (!works(O_AGENT SUBSEP O_TARGET)) open_at(key, 1)
    n = split(GOES, words, " ")
    for (k = 1; k <= n; k++) {
        at = words[k] SUBSEP day SUBSEP unit
        PLACE_SUM[at] = plus(at in PLACE_SUM ? PLACE_SUM[at] : "0", COUNTED)
    }
}
function open_at(key, more_of_them,   n, k, words) {
    n = split(GONE_TO[key], words, " ")
    for (k = 1; k <= n; k++) OPEN_AT[words[k]] += more_of_them
}

# ------------------------------------------ a firm's own policies, which may only forbid

function on_overlay(i,   n, at, stands) {
    n = V["name"]; at = V["at"]
    WHAT[i] = "overlay " n
    if (!fields(i, 4, "_type,at,name,policy,reason")) return
    not_back_dated(4, i, at)
    signers(4, i, "compliance risk", at)
    if (n !~ /^[a-z][a-z_]*$/ || length(n) > 31 || V["reason"] == "" \
        || (V["policy"] != "null" && (K["policy"] != "engine,text,version" || !(i in POLICY) \
            || (V["policy.engine"] != "cedar" && V["policy.engine"] != "rego") \
            || !is_token(V["policy.version"]) || V["policy.text"] == ""))) {
        fail(4, i, "no name, reason or policy that an overlay can have")
        return
    }
    stands = n in LAID_BY && LAID_BY[n] != ""
    if (n in LAID_AT && at "" <= LAID_AT[n] "") fail(4, i, "not later than the one of " LAID_AT[n])
    if (V["policy"] == "null" && !stands) fail(4, i, "withdraws what is not in force")
    if (stands && !two_people(i, "compliance risk"))
        fail(4, i, "want two people, for it changes or withdraws a policy")
    if (!(n in LAID_AT) && ++NAMES_LAID > 8) fail(4, i, "8 names are on record")
    LAID_AT[n] = at
    LAID_BY[n] = V["policy"] == "null" ? "" : POLICY[i] " " V["policy.engine"] " " V["policy.version"]
}

function is_token(s) { return s ~ /^[A-Za-z0-9][A-Za-z0-9._:-]*$/ && length(s) <= 64 }

# The controls of the overlays in force, by name, from the answers that the decision has;
# they are asked only of what every other control lets pass, and never of a cancel.
function overlays(i, tail,   p, text, k, n, name, names, least, done) {
    OVERLAYS_TEXT = ""
    split("", GIVEN)
    p = index(tail, ",\"overlays\":[")
    if (p) {
        text = substr(tail, p + 12)
        read_answers(i, substr(text, 1, index(text, "],\"override\":")))
    }
    if (REASONS != "" || O_ACTION == "cancel") return
    split("", done)
    do {
        least = ""
        for (name in LAID_BY)
            if (LAID_BY[name] != "" && !(name in done) && (least == "" || name "" < least ""))
                least = name
        if (least == "") break
        done[least] = 1
        overlay(least)
    } while (1)
}

function overlay(name,   id, words) {
    id = "overlay." name
    if (!(name in GIVEN)) {
        control(id, "allow", "no answer", "cannot_evaluate", "overlay.unanswered", "")
        return
    }
    OVERLAYS_TEXT = OVERLAYS_TEXT (OVERLAYS_TEXT == "" ? "" : ",") GIVEN[name]
    if (ASKED_OF[name] != LAID_BY[name])
        control(id, "allow", "another policy", "cannot_evaluate", "overlay.unanswered", "")
    else if (SAID[name] == "allow" || substr(SAID[name], 1, 4) == "deny") {
        ANSWERS_TAKEN++
        control(id, "allow", SAID[name], SAID[name] == "allow" ? "passed" : "failed", \
            "overlay.forbids", "")
    } else control(id, "allow", SAID[name], "cannot_evaluate", "overlay.unanswered", "")
}

# Reads the answers into GIVEN (as they are written), ASKED_OF and SAID, by name.
function read_answers(i, text,   n, k, m, ids, words, name, last, bad, verdict) {
    if (!json(text)) { fail(5, i, "its answers of overlays are no canonical JSON"); return }
    for (n = 1; n <= N[""]; n++) {
        name = V[n ".name"]; verdict = V[n ".verdict"]
        ids = words = last = ""
        bad = K[n ""] != "engine,forbidden_by,name,policy,verdict,version" \
            || !within("allow deny late absent failed", verdict) || !is_digest(V[n ".policy"]) \
            || !is_token(V[n ".version"]) || !is_token(V[n ".engine"]) || !is_token(name)
        m = N[n ".forbidden_by"]
        for (k = 1; k <= m; k++) {
            if (!is_token(V[n ".forbidden_by." k]) || (k > 1 && !(last "" < V[n ".forbidden_by." k] ""))) bad = 1
            last = V[n ".forbidden_by." k]
            ids = ids (k > 1 ? "," : "") "\"" last "\""
            words = words " " last
        }
        if (bad || m > 32 || (m && verdict != "deny") || name in GIVEN) {
            fail(5, i, "an answer of an overlay that is none")
            continue
        }
        ASKED_OF[name] = V[n ".policy"] " " V[n ".engine"] " " V[n ".version"]
        SAID[name] = verdict words
        GIVEN[name] = "{\"engine\":\"" V[n ".engine"] "\",\"forbidden_by\":[" ids "],\"name\":\"" \
            name "\",\"policy\":\"" V[n ".policy"] "\",\"verdict\":\"" verdict "\",\"version\":\"" \
            V[n ".version"] "\"}"
    }
}

# ------------------------------------------- how an agent behaves, by its own past

function on_lock(i,   a, at, first, last, day_after) {
    a = V["agent"]; at = V["at"]
    WHAT[i] = "baseline lock of " a
    if (!fields(i, 6, "_type,agent,at,digest,document,source")) return
    not_back_dated(6, i, at)
    signers(6, i, "compliance risk", at)
    if (!two_people(i, "compliance risk")) fail(6, i, "want two people of risk and compliance")
    if (!(a in NEWEST)) fail(6, i, "no agent of this name is on record")
    if (V["digest"] != POLICY[i]) fail(6, i, "its digest is not that of its document")
    if (V["document.agent"] != a) fail(6, i, "its document is another agent's")
    if (a in LOCKED_AT && at "" <= LOCKED_AT[a] "") fail(6, i, "not later than the one of " LOCKED_AT[a])
    if (V["source"] != "null") {
        first = V["source.first_seq"]; last = V["source.last_seq"]
        if (K["source"] != "first_seq,last_seq,struck" || first + 0 < 1 || last + 0 < first + 0 \
            || last + 0 > SEQ[a] + 0) fail(6, i, "learned from orders that are not on record")
    } else FROM_ELSEWHERE++
    PROBATION[a] = BASELINE[a] == V["digest"] ? 100 : 0
    delete FIRST_DAY[a]
    BASELINE[a] = V["digest"]
    LOCKED_AT[a] = at
    AGES_FROM[a] = at
    if (micros(V["document.last_day"] "T00:00:00.000000Z") < 0) fail(6, i, "its document has no last day")
    else {
        day_after = later(V["document.last_day"] "T00:00:00.000000Z", 86400)
        if (day_after "" < at "") AGES_FROM[a] = day_after
    }
    LOCKED_FOR[a] = pinned(a)
    LOCKS++
}

# What the decision says of the pending order's behaviour: BEHAVIOUR as it is written. What
# a score comes to is taken from it, for this script does not score.
function read_behaviour(i, a, line, at,   p, q, text, said, n, k, part, sum) {
    BEHAVIOUR = ""
    if (!(a in BASELINE) || O_ACTION == "cancel") return
    p = index(line, ",\"behaviour\":{")
    q = index(line, "},\"controls\":[")
    if (!p || q < p) return
    text = substr(line, p + 13, q - p - 12)
    if (text !~ /^[{]"evidence":[0-9]+,"excess":[0-9]+,"footing":"(inside_data|extrapolated)","low":[0-9]+,("on_probation":true,)?"peak":[0-9]+,"score":[0-9]+,"sequence":[0-9]+,("stream":"[a-z0-9 ]+",)?"surprisals":[{]("[a-z_]+":[0-9]+,?)*[}][}]$/) {
        fail(5, i, "says what nothing can be of behaviour")
        return
    }
    said = substr(text, index(text, "\"surprisals\":{") + 14)
    n = split(said, part, /[:,}]/)
    sum = 0
    for (k = 2; k <= n; k += 2) if (part[k] + 0 > 4096) sum += part[k] - 4096
    if (sum != number_in(text, "excess")) fail(5, i, "its surprisals do not add up to their excess")
    if ((index(text, "\"on_probation\":true") > 0) != on_probation(a, at))
        fail(5, i, "counts the orders on probation in another way")
    BEHAVIOUR = text
    SCORES_TAKEN++
}

# The first hundred orders, and from the first of them on a day.
function on_probation(a, at) {
    return PROBATION[a] > 0 || (a in FIRST_DAY && at "" < FIRST_DAY[a] "")
}

function pinned(a) { return a in PINNED ? PINNED[a] : "" }

function number_in(text, name) {
    return substr(text, index(text, "\"" name "\":") + length(name) + 3) + 0
}

function behaviour(a, c, at,   critical, warn, strict, score, sequence) {
    if (!((c, "score_critical_bps") in LIMIT)) return
    critical = LIMIT[c, "score_critical_bps"]
    warn = (c, "score_warn_bps") in LIMIT ? LIMIT[c, "score_warn_bps"] : ""
    if (!(a in BASELINE)) {
        if (at "" >= LIVE[c] "") control("behaviour.baseline", "a locked baseline", "none", \
            "cannot_evaluate", "behaviour.unknown", "")
        return
    }
    if (LOCKED_FOR[a] == pinned(a))
        rule(1, "behaviour.baseline", "a locked baseline", BASELINE[a], "", "")
    else control("behaviour.baseline", "a locked baseline", "locked for another runtime", \
        "cannot_evaluate", "behaviour.unknown", "")
    aged(a, c, at, "baseline_days", "behaviour.expiry", "cannot_evaluate", "behaviour.expired")
    aged(a, c, at, "baseline_warn_days", "behaviour.renewal", "warned", "behaviour.renewal_due")
    score = number_in(BEHAVIOUR, "score")
    sequence = number_in(BEHAVIOUR, "sequence")
    if (warn != "") control("behaviour.warn", warn, score, score < warn + 0 ? "passed" : "warned", \
        "behaviour.unusual", "1/10000")
    strict = warn != "" && on_probation(a, at) ? warn : critical
    rule(score < strict + 0, "behaviour.critical", strict, score, "behaviour.critical", "1/10000")
    rule(sequence < critical + 0, "behaviour.sequence", critical, sequence, "behaviour.sequence", \
        "1/10000")
}

# Whether the agent's baseline has so many days behind it.
function aged(a, c, at, limit, name, outcome, reason,   age) {
    if (!((c, limit) in LIMIT)) return
    age = AGES_FROM[a] SUBSEP LIMIT[c, limit]
    if (!(age in AGED)) AGED[age] = later(AGES_FROM[a], LIMIT[c, limit] * 86400)
    control(name, AGED[age], at, at "" < AGED[age] "" ? "passed" : outcome, reason, "")
}

# ------------------------------------------------------------ what runs, and where

# `code=... model=...` of the object `runtime`, or `nothing`; canonical JSON is sorted.
function runtime_text(   n, names, k, out) {
    out = ""
    n = split(K["runtime"], names, ",")
    for (k = 1; k <= n; k++) out = out (k > 1 ? " " : "") names[k] "=" V["runtime." names[k]]
    return out == "" ? "nothing" : out
}

function on_runtime(i,   a, n) {
    a = V["agent"]
    WHAT[i] = "runtime of " a
    if (!fields(i, 5, "_type,agent,at,runtime")) return
    not_back_dated(5, i, V["at"])
    n = signers(5, i, "operator", V["at"])
    if (n < 2) fail(5, i, "want two operators; signed by " n)
    if (!(a in NEWEST)) fail(5, i, "no agent of this name is on record")
    if (a in PINNED_AT && V["at"] "" <= PINNED_AT[a] "")
        fail(5, i, "not later than the runtime pinned before")
    PINNED[a] = runtime_text()
    PINNED_AT[a] = V["at"]
}

function on_anchor(i,   m) {
    m = DIGEST[i]
    WHAT[i] = "region anchor for " V["region"]
    if (!fields(i, 5, "_type,at,certificate,credential,region,source,subject")) return
    if (m in ANCHOR) fail(5, i, "it is on record already")
    not_back_dated(5, i, V["at"])
    signers(5, i, "authority", V["at"])
    ANCHOR[m] = i; ANCHOR_FOR[m] = V["credential"]; ANCHOR_REGION[m] = V["region"]
    ANCHOR_SOURCE[m] = V["source"]; ANCHOR_SUBJECT[m] = V["subject"]
    HAS_DOCUMENT[m] = V["source"] == "aws-instance-identity"
    if (HAS_DOCUMENT[m] != (V["certificate"] != "")) fail(5, i, "a certificate for nothing, or none")
}

# The gateway's line says what the agent's own note says, which stands in it.
function on_session(i,   a, c, at, region, level, source, claimed, line, why) {
    a = V["agent"]; at = V["at"]; region = V["region"]; level = V["region_evidence"]
    source = V["source"]; claimed = V["session"]
    WHAT[i] = "session of " a
    if (!fields(i, 5, "_type,agent,at,note,region,region_evidence,session,source")) return
    signers(5, i, "gateway", at)
    not_before_now(5, i, at)
    why = note(bytes(unbase64(V["note"])))
    line = N_TEXT
    if (why != "" || N_COUNT != 1 || !json(substr(line, 1, length(line) - 1)) \
        || K[""] != "_type,agent,created_at,credential,evidence,prev,region,runtime,seq" \
        || V["_type"] != "kya/session/v1" || !is_digest(claimed)) {
        fail(5, i, "holds no session with one signature")
        return
    }
    c = V["credential"] in OF_DIGEST ? OF_DIGEST[V["credential"]] : ""
    if (c == "" || !(a in NEWEST) || NEWEST[a] != c || standing_at(c, at) != "active" \
        || at "" < BEGINS[c] "" || at "" > ENDS[c] "" || N_NAME[1] != a || N_ID[1] != KEY[c]) {
        fail(5, i, "not signed under the certificate that its agent had then")
        return
    }
    write_file(TMP "/session/" i, line)
    write_file(TMP "/session/" i ".sig", bytes(N_SIG[1]))
    print claimed "  " TMP "/session/" i >>(TMP "/sessionsums")
    print "ecdsa", TMP "/key/" c, TMP "/session/" i ".sig", TMP "/session/" i, 5, \
        label(i) ": the signature of " a " does not fit" >>(TMP "/jobs")
    if (V["agent"] != a || V["region"] != region || V["seq"] + 0 != SESSION_SEQ[a] + 1 \
        || V["prev"] != (a in SESSION_DIGEST ? SESSION_DIGEST[a] : zeros()))
        fail(5, i, "does not follow the session before it, or says another thing")
    why = micros(at) - micros(V["created_at"])
    if (micros(V["created_at"]) < 0 || why > 2000000 || why < -2000000)
        fail(5, i, "was not made when it came")
    if (shown_region(i, at, source) != level) fail(5, i, "its region is not " level)
    SESSION_SEQ[a] = V["seq"] + 0; SESSION_DIGEST[a] = claimed; SESSION_CERTIFICATE[a] = c
    SESSION_REGION[a] = region; SESSION_EVIDENCE[a] = level; SESSION_RUNTIME[a] = runtime_text()
}

# What is shown for the region of the session in V: what the log's anchor says, and where
# there is a document, that too. Its signature is openssl's to check.
function shown_region(i, at, source,   m, doc, started) {
    if (V["evidence"] == "null") return source == "agent" ? "self_asserted" : "unknown"
    m = V["evidence.anchor"]
    if (!(m in ANCHOR) || ANCHOR_FOR[m] != V["credential"] || ANCHOR_REGION[m] != V["region"] \
        || ANCHOR_SOURCE[m] != source) return "unknown"
    if (HAS_DOCUMENT[m] != (V["evidence.document"] != "")) return "unknown"
    if (!HAS_DOCUMENT[m]) return "attested"
    doc = bytes(unbase64(V["evidence.document"]))
    started = member(doc, "pendingTime")
    started = micros(at) - micros(substr(started, 1, length(started) - 1) ".000000Z")
    if (member(doc, "region") != ANCHOR_REGION[m] || member(doc, "accountId") != ANCHOR_SUBJECT[m] \
        || started < -2000000 || started > 31536000000000) return "unknown"
    write_file(TMP "/session/" i ".document", doc)
    write_file(TMP "/session/" i ".mark", bytes(unbase64(V["evidence.signature"])))
    print "ecdsa", TMP "/key/a" ANCHOR[m], TMP "/session/" i ".mark", \
        TMP "/session/" i ".document", 5, label(i) ": the signature of the instance document" \
        " does not fit under the certificate of log entry " ANCHOR[m] >>(TMP "/jobs")
    return "attested"
}

# A string member of a JSON text that others have written, with white space as they like.
function member(text, name,   found) {
    if (!match(text, "\"" name "\"[ \t\r\n]*:[ \t\r\n]*\"[^\"\\\\]*\"")) return ""
    found = substr(text, RSTART, RLENGTH - 1)
    sub(/.*"/, "", found)
    return found
}

function on_list(i,   c, at) {
    WHAT[i] = "revocation list " V["number"]
    if (!fields(i, 1, "_type,at,crl,number")) return
    if (V["number"] + 0 != CRL + 1) fail(1, i, "want number " CRL + 1)
    CRL = V["number"] + 0
    not_back_dated(1, i, V["at"])
    signers(1, i, "authority", V["at"])
    for (c in CODE) {
        # A list cannot say a time after its own; X.509 has whole seconds.
        at = SINCE[c] "" < V["at"] "" ? SINCE[c] : V["at"]
        print i, SERIAL[c] "@" substr(at, 1, 19) "@" CODE[c] >>(TMP "/revoked")
    }
}

function is_amount(text, places,   p) {
    if (text !~ /^(0|[1-9][0-9]*)([.][0-9]+)?$/) return 0
    p = index(text, ".")
    return (p ? length(text) - p : 0) == places
}

function decimals(text,   p) {
    p = index(text, ".")
    return p ? length(text) - p : 0
}
function digits(text) { return scaled(text, decimals(text)) }
# So many of the smallest units as an amount.
function pointed(s, places) {
    if (!places) return s
    while (length(s) <= places) s = "0" s
    return substr(s, 1, length(s) - places) "." substr(s, length(s) - places + 1)
}

function on_order(i,   a, c, want) {
    PENDING = i
    ORDERS++
    O_OK = 0
    a = V["agent"]
    WHAT[i] = "order " V["seq"] " of " a
    O_ACTION = index("," K[""] ",", ",action,") ? V["action"] : "new"
    O_TARGET = O_ACTION == "replace" || O_ACTION == "cancel" ? V["target"] : ""
    want = "_type," (O_ACTION == "new" ? "" : "action,") \
        "agent,amount,client_order_id,created_at,credential,currency," \
        (V["type"] == "LIMIT" ? "limit_price," : "") "market,prev,region,seq,side," \
        (O_TARGET == "" ? "" : "target,") "time_in_force,type,venue"
    if (!fields(i, 2, want)) return
    if (a !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/ || V["seq"] !~ /^[1-9][0-9]*$/ \
        || length(V["seq"]) > 15 || !is_digest(V["prev"]) || !is_digest(V["credential"]) \
        || V["client_order_id"] !~ /^[A-Za-z0-9][A-Za-z0-9._:-]*$/ \
        || V["market"] !~ /^[A-Z0-9]+\/[A-Z0-9]+$/ || V["venue"] !~ /^[A-Z0-9]+$/ \
        || V["region"] !~ /^[a-z0-9-]+$/ || (V["side"] != "BUY" && V["side"] != "SELL") \
        || (V["type"] != "LIMIT" && V["type"] != "MARKET") \
        || O_ACTION !~ /^(new|replace|cancel|convert|margin|transfer|withdraw)$/ \
        || (O_TARGET != "" && (O_TARGET !~ /^[1-9][0-9]*$/ || length(O_TARGET) > 15)) \
        || V["currency"] !~ /^[A-Z0-9]+$/ || micros(V["created_at"]) < 0 \
        || V["amount"] !~ /^(0|[1-9][0-9]*)([.][0-9]+)?$/ || V["amount"] !~ /[1-9]/ \
        || (V["type"] == "LIMIT" && !is_price(V["limit_price"], 10))) {
        fail(2, i, "a field of it has no form that an order can have")
        return
    }
    O_AGENT = a; O_SEQ = V["seq"]; O_PREV = V["prev"]; O_ID = V["client_order_id"]
    O_AT = V["created_at"]; O_MARKET = V["market"]; O_VENUE = V["venue"]
    O_REGION = V["region"]; O_SIDE = V["side"]; O_AMOUNT = V["amount"]
    O_CURRENCY = V["currency"]; O_CREDENTIAL = V["credential"]; O_TYPE = V["type"]
    O_FORCE = V["time_in_force"]; O_LIMIT = O_TYPE == "LIMIT" ? V["limit_price"] : ""
    if (!(a in SEQ)) { SEQ[a] = 0; PREV[a] = zeros(); AGENTS = AGENTS (AGENTS == "" ? "" : " ") a }
    if (O_SEQ + 0 != SEQ[a] + 1)
        fail(10, i, "want seq " SEQ[a] + 1 ": " (O_SEQ + 0 > SEQ[a] + 1 ? "an order is missing" \
            : "a seq comes twice"))
    c = O_CREDENTIAL in OF_DIGEST ? OF_DIGEST[O_CREDENTIAL] : ""
    if (c == "" || !(c in STANDING) || ROLE[c] != "agent" || NAME[c] != a) {
        fail(2, i, "no certificate of this agent on record is the one it names")
        return
    }
    O_CERTIFICATE = c
    O_OK = 1
    if (SIGNED[i] != 1 || SIGNER[i, 1] != a || ID[i, 1] != KEY[c])
        fail(2, i, "want the signature of " a " under certificate " SERIAL[c] " alone")
    else job(2, i, 1, c)
    PAIR[a, O_SEQ] = 1
    print i, sprintf("orders/%s/%09d.tlog-proof", a, O_SEQ) >>(TMP "/proofs")
}

function zeros(   s) {
    s = "00000000"
    s = s s s s
    return s s
}

# ------------------------------------------------------ the rules, run again (question 5)

function control(id, limit, measured, outcome, reason, unit) {
    CONTROLS = CONTROLS (CONTROLS == "" ? "" : ",") "{\"id\":\"" id "\",\"limit\":\"" limit \
        "\",\"measured\":\"" measured "\",\"outcome\":\"" outcome "\"" \
        (outcome == "passed" ? "" : ",\"reason\":\"" reason "\"") \
        ",\"unit\":\"" unit "\",\"version\":1}"
    if (outcome == "passed" || outcome == "overridden" || outcome == "warned") return
    REASONS = REASONS (REASONS == "" ? "" : ",") "\"" reason "\""
    if (substr(reason, 1, 11) == "credential.") IDENTITY = 1
}
function rule(holds, id, limit, measured, reason, unit) {
    control(id, limit, measured, holds ? "passed" : within(O_ASIDE, id) ? "overridden" \
        : "failed", reason, unit)
}
function within(list, item) { return index(" " list " ", " " item " ") > 0 }

# Every control over the pending order, in the order in which a decision lists them.
function run_rules(at,   a, c, day, skew, good, standing, name) {
    a = O_AGENT; c = O_CERTIFICATE; day = substr(at, 1, 10)
    CONTROLS = REASONS = UNSURE = ""
    IDENTITY = 0
    sums(c, a, day)
    find_usable(c, at)
    WORTH = worth_of(c)
    standing = standing_at(c, at)
    good = O_ACTION == "cancel" ? "active suspended" : "active"
    rule(within(good, standing), "credential.standing", good, standing, \
        "credential." standing, "")
    if (at "" < BEGINS[c] "")
        rule(0, "credential.validity", BEGINS[c], at, "credential.not_yet_valid", "")
    else rule(at "" <= ENDS[c] "", "credential.validity", ENDS[c], at, "credential.expired", "")
    if (O_ACTION != "cancel") { halt_state(); grace(a, c, at) }
    rule(O_SEQ + 0 == SEQ[a] + 1, "sequence.seq", SEQ[a] + 1, O_SEQ, "sequence.gap", "orders")
    rule(O_PREV == PREV[a], "sequence.prev", PREV[a], O_PREV, "sequence.prev", "sha256")
    rule(!((a, day, O_ID) in USED), "client_order_id.unique", "unused", O_ID, \
        "client_order_id.duplicate", "")
    skew = micros(at) - micros(O_AT)
    if (skew < 0) skew = -skew
    rule(skew <= 2000000, "clock.skew", "2000000", sprintf("%.0f", skew), "clock.skew", "us")
    actions(a, c)
    if (O_ACTION == "cancel") return
    rule(within(MARKETS[c], O_MARKET), "market.allowed", MARKETS[c], O_MARKET, \
        "market.not_allowed", "")
    rule(within(VENUES[c], O_VENUE), "venue.allowed", VENUES[c], O_VENUE, "venue.not_allowed", "")
    rule(within(REGIONS[c], O_REGION), "region.allowed", REGIONS[c], O_REGION, \
        "region.not_allowed", "")
    workload(a, c)
    kinds(c)
    market_prices(a, c, at)
    rule(WORTH != "", "price.known", CURRENCY[c], O_CURRENCY, "price.missing", "")
    amounts(c, a, day)
    find_places(c)
    at_places(c, "place.order_amount", day)
    at_places(c, "place.daily_amount", day)
    at_places(c, "place.open_orders", day)
    conduct(a, c, at, day)
    behaviour(a, c, at)
    name = substr(at, 12, 15)
    rule(OPENS[c] "" <= name "" && name "" < CLOSES[c] "", "hours.window", \
        "[" OPENS[c] ", " CLOSES[c] ")", name, "hours.closed", "")
    on_calendar(CALENDAR[c], at)
}

# The weekday alone, or under the calendar of an exchange the date as well; years that it
# does not list are closed for good, whoever sets it aside (calendars.md 1.3).
function on_calendar(calendar, at,   name, y) {
    name = weekday(at)
    if (!within(EXCHANGES, calendar)) {
        rule(calendar == "every_day" || name !~ /^s/, "hours.calendar", calendar, name, \
            "calendar.closed", "")
        return
    }
    y = substr(at, 1, 4) + 0
    if (y < 2024 || y > 2035)
        control("hours.calendar", calendar, name " " substr(at, 1, 10), "cannot_evaluate", \
            "calendar.closed", "")
    else
        rule(name !~ /^s/ && !is_closing_day(calendar, name, y, substr(at, 6, 2) + 0, \
            substr(at, 9, 2) + 0), "hours.calendar", calendar, name " " substr(at, 1, 10), \
            "calendar.closed", "")
}

# Whether a day of the week is a closing day by the rules of calendars.md 3.
function is_closing_day(calendar, name, y, m, d,   n, rest, md, fixed, last) {
    n = days(y, m, d)
    md = sprintf("%02d-%02d", m, d)
    rest = n - easter(y)
    if (rest == -2) return 1
    if (calendar == "us_nyse") {
        if (name == "monday" && (m <= 2 && d >= 15 && d <= 21 || m == 5 && d >= 25 \
            || m == 9 && d <= 7)) return 1
        if (name == "thursday" && m == 11 && d >= 22 && d <= 28) return 1
        if (n == days(y, 1, 1) + 1 && name == "monday" || md == "01-01") return 1
        return n == kept(days(y, 6, 19)) || n == kept(days(y, 7, 4)) \
            || n == kept(days(y, 12, 25)) || y == 2025 && md == "01-09"
    }
    if (rest == 1) return 1
    if (calendar == "uk_england_wales") {
        if (name == "monday" && (m == 5 && d <= 7 || (m == 5 || m == 8) && d >= 25)) return 1
        last = working(days(y, 12, 25))
        return n == working(days(y, 1, 1)) || n == last || n == working(last + 1)
    }
    fixed = "01-01 05-01 12-25 12-26"
    if (calendar == "ch_six") {
        if (rest == 39 || rest == 50) return 1
        fixed = fixed " 01-02 08-01 12-24 12-31"
    }
    return within(fixed, md)
}
# Of a day's number: 0 is a Thursday, so 2 is a Saturday and 3 a Sunday.
function kept(n) { return n % 7 == 2 ? n - 1 : n % 7 == 3 ? n + 1 : n }
function working(n) { return n % 7 == 2 ? n + 2 : n % 7 == 3 ? n + 1 : n }

# Easter Sunday from 1900 to 2099, by Gauss.
function easter(y,   moon, wait) {
    moon = (19 * (y % 19) + 24) % 30
    wait = (2 * (y % 4) + 4 * (y % 7) + 6 * moon + 5) % 7
    if (wait == 6 && (moon == 29 || moon == 28 && y % 19 > 10)) wait = -1
    return days(y, 3, 22) + moon + wait
}

# What is asked for, and of which working order. A cancel is asked for nothing else.
function actions(a, c,   key, limit, given, listed) {
    listed = (c, "actions") in LIMIT ? LIMIT[c, "actions"] : "cancel new"
    if (O_ACTION != "new" || (c, "actions") in LIMIT)
        rule(within(listed, O_ACTION), "action.allowed", listed, O_ACTION, \
            "action.not_allowed", "")
    if (O_TARGET == "") return
    key = a SUBSEP O_TARGET
    if (!works(key)) {
        rule(0, "action.target", "a working order", O_TARGET, "target.unknown", "")
        return
    }
    limit = PLACE[key] " " (O_ACTION == "cancel" ? AMOUNT[key] " " : "") MONEY[key]
    given = O_MARKET " " O_SIDE " " O_VENUE " " (O_ACTION == "cancel" ? O_AMOUNT " " : "") O_CURRENCY
    rule(limit == given, "action.target", limit, given, "target.differs", "")
}
function works(key) { return key in OPEN && ACTION[key] != "cancel" }

# What runs, and where, by the session that the agent started under this certificate.
function workload(a, c,   found, running) {
    found = "self_asserted"
    running = "no session"
    if (a in SESSION_CERTIFICATE && SESSION_CERTIFICATE[a] == c) {
        running = SESSION_RUNTIME[a]
        if (SESSION_REGION[a] == O_REGION) found = SESSION_EVIDENCE[a]
    }
    rule(DEMANDED[c] == "self_asserted" || found == "attested", "region.evidence", \
        DEMANDED[c], found, "region.evidence", "")
    if (a in PINNED)
        rule(running == PINNED[a], "runtime.digest", PINNED[a], running, "runtime.digest", "sha256")
    else rule(1, "runtime.digest", "not pinned", "not compared", "", "sha256")
}

function weekday(at,   names) {
    split("thursday friday saturday sunday monday tuesday wednesday", names, " ")
    return names[days(substr(at, 1, 4) + 0, substr(at, 6, 2) + 0, substr(at, 9, 2) + 0) % 7 + 1]
}

# ------------------------------------------ kinds of order, and prices (limits.md 1 and 2)

function kinds(c) {
    if ((c, "order_types") in LIMIT)
        rule(within(LIMIT[c, "order_types"], O_TYPE), "order.type", LIMIT[c, "order_types"], \
            O_TYPE, "order.type_not_allowed", "")
    if ((c, "times_in_force") in LIMIT)
        rule(within(LIMIT[c, "times_in_force"], O_FORCE), "order.time_in_force", \
            LIMIT[c, "times_in_force"], O_FORCE, "order.time_in_force_not_allowed", "")
}

# Prices that a decision says it used, as they stand there: 1 is that of the order's market,
# 2 leads on to the scope's currency. Whether a market had them, no log can tell.
function read_prices(i, line, tail,   p, text) {
    PRICE_TEXT = "null"
    CONVERSION_TEXT = ""
    split("", ASK); split("", BID)
    p = index(tail, ",\"price\":{")
    if (p) {
        PRICE_TEXT = substr(tail, p + 9)
        PRICE_TEXT = substr(PRICE_TEXT, 1, index(PRICE_TEXT, ",\"reasons\":[") - 1)
        read_price(i, 1, PRICE_TEXT)
    }
    p = index(line, "],\"conversion\":{")
    if (p && p + 14 < length(line) - length(tail)) {
        text = substr(line, p + 15, length(line) - length(tail) - p - 14)
        CONVERSION_TEXT = "\"conversion\":" text ","
        read_price(i, 2, text)
    }
}

function read_price(i, k, text) {
    if (!json(text) || K[""] != "ask,at,bid,market,source" ("state" in V ? ",state" : "") \
        || !is_price(V["ask"], 10) || !is_price(V["bid"], 10) \
        || V["market"] !~ /^[A-Z0-9]+\/[A-Z0-9]+$/ || V["source"] == "" \
        || ("state" in V && !within("auction halted closed", V["state"]))) {
        fail(5, i, "a price of it has no form that a price can have")
        return
    }
    MARKET[k] = V["market"]
    if (k == 1 && MARKET[1] != O_MARKET) return # A price of another market is none.
    ASK[k] = scaled(V["ask"], 10); BID[k] = scaled(V["bid"], 10); MADE[k] = V["at"]
    STATE[k] = more(BID[k], ASK[k]) ? "crossed" : "state" in V ? V["state"] : "open"
}

function is_price(text, places) {
    if (text !~ /^(0|[1-9][0-9]*)([.][0-9]*[1-9])?$/ || text == "0") return 0
    sub(/^[0-9]*[.]?/, "", text)
    return length(text) <= places
}

# Whether a price is there and may be used; AGE is how old it is.
function usable(c, k, at) {
    if (!(k in ASK) || !((c, "price_age_millis") in LIMIT)) return 0
    if (micros(MADE[k]) < 0) UNSURE = "its price is of an instant that awk cannot reckon with"
    AGE = micros(at) - micros(MADE[k])
    return AGE >= 0 && AGE <= LIMIT[c, "price_age_millis"] * 1000 && STATE[k] == "open"
}

function find_usable(c, at,   k) {
    for (k = 1; k <= 2; k++) USABLE[k] = usable(c, k, at)
}

function market_prices(a, c, at,   fit, oldest, met, apart) {
    if (!((c, "price_age_millis") in LIMIT)) return
    oldest = sprintf("%.0f", LIMIT[c, "price_age_millis"] * 1000)
    fit = USABLE[1]
    if (1 in ASK) {
        usable(c, 1, at)
        rule(AGE >= 0 && AGE <= oldest + 0, "price.age", oldest, sprintf("%.0f", AGE), \
            "price.stale", "us")
        rule(STATE[1] == "open", "price.book", "open", STATE[1], "price.book", "")
    } else {
        control("price.age", oldest, "no price", "cannot_evaluate", "price.stale", "us")
        control("price.book", "open", "no price", "cannot_evaluate", "price.book", "")
    }
    distance(c, "price.spread", "spread_bps", fit, fit ? times(2, minus(ASK[1], BID[1])) : 0, \
        fit ? plus(ASK[1], BID[1]) : 1)
    met = !fit ? 1 : O_SIDE == "BUY" ? ASK[1] : BID[1]
    apart = fit && O_LIMIT != "" ? difference(scaled(O_LIMIT, 10), met) : 0
    distance(c, "price.band", "price_warn_bps", fit, apart, met)
    distance(c, "price.collar", "price_collar_bps", fit, apart, met)
    if ((c, "price_drift_bps") in LIMIT) drift(a, c, at, fit, met)
}

# From the market of the window's oldest message that is known to have one (limits.md 4.5).
function drift(a, c, at, fit, met,   own, first, n, since) {
    first = own = fit && O_LIMIT != "" ? scaled(O_LIMIT, 10) : met
    since = micros(at) - LIMIT[c, "price_drift_seconds"] * 1000000
    for (n = SENT[a] + 0; (a, n) in SENT_AT && SENT_AT[a, n] > since; n--)
        if (SENT_MET[a, n] != "" && SENT_MARKET[a, n] == O_MARKET) first = SENT_MET[a, n]
    distance(c, "price.drift", "price_drift_bps", fit, fit ? difference(own, first) : 0, first)
}

# `apart` of `all` in basis points: compared exactly, shown rounded up.
function distance(c, id, name, fit, apart, all,   most, holds) {
    if (!((c, name) in LIMIT)) return
    most = LIMIT[c, name]
    if (!fit) {
        control(id, most, "no price", "cannot_evaluate", id, "bps")
        return
    }
    apart = times(apart, 10000)
    holds = !more(apart, times(most, all))
    if (id == "price.band" && !holds) # It is soft: people are told, and the order goes.
        control(id, most, divided_up(apart, all), "warned", id, "bps")
    else rule(holds, id, most, divided_up(apart, all), id, "bps")
}

# ------------------------------------------------------ how an agent behaves (limits.md 4)

function conduct(a, c, at, day,   now, n, ago, orders, fills, window) {
    now = micros(at)
    if ((c, "duplicate_window_millis") in LIMIT) {
        window = LIMIT[c, "duplicate_window_millis"] * 1000
        ago = "none"
        for (n = SENT[a] + 0; (a, n) in SENT_AT && SENT_AT[a, n] > now - window; n--)
            if (SENT_ASKED[a, n] == asked()) { ago = sprintf("%.0f", now - SENT_AT[a, n]); break }
        rule(ago == "none", "order.duplicate", sprintf("%.0f", window), ago, "order.duplicate", "us")
    }
    count_within(c, "rate.second", "messages_per_second", sent_since(a, now - 1000000) + 1, "messages")
    count_within(c, "rate.minute", "messages_per_minute", sent_since(a, now - 60000000) + 1, "messages")
    count_within(c, "rate.day", "messages_per_day", MESSAGES[a, day] + 1, "messages")
    orders = GONE[a, day] + 1
    fills = FILLS[a, day] > 1 ? FILLS[a, day] : 1
    count_within(c, "daily.orders", "orders_per_day", orders, "orders")
    count_within(c, "rate.orders_per_fill", "orders_per_fill", int((orders + fills - 1) / fills), \
        "orders/fill")
    count_within(c, "latch.rejects", "rejects_in_a_row", LONGEST_ROW[a] + 0, "rejects")
    count_within(c, "latch.executions", "executions_unreviewed", EXECUTIONS[a] + 1, "executions")
}

function count_within(c, id, name, n, unit) {
    if ((c, name) in LIMIT)
        rule(n <= LIMIT[c, name] + 0, id, LIMIT[c, name], sprintf("%.0f", n), id, unit)
}

function sent_since(a, since,   n) {
    for (n = SENT[a] + 0; (a, n) in SENT_AT && SENT_AT[a, n] > since; n--) continue
    return SENT[a] - n
}

function asked() {
    return O_ACTION " " O_MARKET " " O_SIDE " " O_TYPE " " O_AMOUNT " " O_CURRENCY " " O_LIMIT " " O_FORCE \
        " " O_VENUE
}

# The newest messages of an agent alone count, and each is one, allowed or not.
function remember_message(a, at, day,   n) {
    n = ++SENT[a]
    SENT_AT[a, n] = micros(at)
    SENT_ASKED[a, n] = asked()
    SENT_MARKET[a, n] = O_MARKET
    SENT_MET[a, n] = !(1 in ASK) ? "" : O_SIDE == "BUY" ? ASK[1] : BID[1]
    MESSAGES[a, day]++
    n -= SENT_KEPT
    delete SENT_AT[a, n]; delete SENT_ASKED[a, n]
    delete SENT_MARKET[a, n]; delete SENT_MET[a, n]
}

function remember_answer(a, key, status, filled, day) {
    if (filled) {
        FILLS[a, day]++
        EXECUTIONS[a]++
        ROW[a] = 0
    } else if (status == "rejected" && ACTION[key] != "cancel" && ++ROW[a] > LONGEST_ROW[a])
        LONGEST_ROW[a] = ROW[a]
}

# --------------------------------------------------------- what an order is worth (3)

# In the scope's currency with all its decimals, or "" if nobody can say.
function worth_of(c,   k, found) {
    if (O_CURRENCY == CURRENCY[c]) return O_AMOUNT
    if (!within(two(O_MARKET), O_CURRENCY)) return ""
    begin_carrying()
    for (k = 1; k <= 2; k++) if (USABLE[k] && HELD_IN != CURRENCY[c]) carry_on(c, k)
    if (HELD_IN != CURRENCY[c]) return ""
    found = divided_up(times(UPPER, power(PLACES[c])), LOWER)
    return more(found, power(24)) ? "" : pointed(found, PLACES[c])
}

# The exact amount is UPPER / LOWER, in HELD_IN.
function begin_carrying() {
    HELD_IN = O_CURRENCY
    LOWER = power(decimals(O_AMOUNT))
    UPPER = digits(O_AMOUNT)
}

# Into the other currency of a price's market at its dearer side, moved by the buffer; the
# order's own limit price only makes it dearer. In 10^-14: ten decimals, and basis points.
function carry_on(c, k,   pair, moved, side, limit) {
    split(MARKET[k], pair, "/")
    if (!within(CURRENCIES, pair[1]) || !within(CURRENCIES, pair[2])) return
    moved = (c, "price_buffer_bps") in LIMIT ? LIMIT[c, "price_buffer_bps"] + 0 : 0
    limit = O_LIMIT != "" && MARKET[k] == O_MARKET ? times(scaled(O_LIMIT, 10), 10000) : ""
    if (HELD_IN == pair[1]) {
        side = times(ASK[k], 10000 + moved)
        if (limit != "" && more(limit, side)) side = limit
        UPPER = times(UPPER, side)
        LOWER = times(LOWER, power(14))
        HELD_IN = pair[2]
    } else if (HELD_IN == pair[2]) {
        side = times(BID[k], 10000 - moved)
        if (limit != "" && more(side, limit)) side = limit
        UPPER = times(UPPER, power(14))
        LOWER = times(LOWER, side)
        HELD_IN = pair[1]
    }
}

function two(market) { sub(/\//, " ", market); return market }

# How many units of the base it asks for, rounded up to 18 decimals.
function base_units(c,   pair, most, found) {
    if (!((c, "order_units_max") in LIMIT)) return
    split(O_MARKET, pair, "/")
    begin_carrying()
    if (HELD_IN == pair[2] && USABLE[1]) carry_on(c, 1)
    most = (c, O_MARKET) in UNITS_MAX ? UNITS_MAX[c, O_MARKET] : ""
    if (most == "" || HELD_IN != pair[1]) {
        control("order.units", most == "" ? "no limit" : most, O_AMOUNT " " O_CURRENCY, \
            "cannot_evaluate", "order.units_max", "")
        return
    }
    found = divided_up(times(UPPER, power(18)), LOWER)
    rule(!more(found, scaled(most, 18)), "order.units", most, shortest(pointed(found, 18)), \
        "order.units_max", "")
}

# --------------------------------- whole numbers of any length, as text without a sign

function whole(text) {
    text = text ""
    sub(/^0+/, "", text)
    return text == "" ? "0" : text
}
function scaled(text, places,   p) {
    p = index(text, ".")
    places -= p ? length(text) - p : 0
    sub(/[.]/, "", text)
    return whole(text substr(power(places), 2))
}
function shortest(text) {
    sub(/0+$/, "", text)
    sub(/[.]$/, "", text)
    return text
}
function power(places,   out) {
    if (places in POWER) return POWER[places]
    out = "1"
    while (length(out) <= places) out = out "0"
    return POWER[places] = out
}
function more(a, b) {
    a = a ""
    b = b ""
    return length(a) != length(b) ? length(a) > length(b) : a > b
}
# Seven digits each, from the right: products of them add up exactly.
function limbs(text, into,   n, left) {
    text = text ""
    n = 0
    for (left = length(text); left > 7; left -= 7) into[++n] = substr(text, left - 6, 7) + 0
    into[++n] = substr(text, 1, left) + 0
    return n
}
function joined(of, n,   k, carry, out) {
    out = ""
    carry = 0
    for (k = 1; k <= n; k++) {
        of[k] += carry
        carry = int(of[k] / 10000000)
        out = sprintf("%07d", of[k] - carry * 10000000) out
    }
    return whole(sprintf("%.0f", carry) out)
}
function times(a, b,   x, y, z, n, m, j, k) {
    n = limbs(a, x)
    m = limbs(b, y)
    for (k = 1; k <= n + m; k++) z[k] = 0
    for (j = 1; j <= n; j++) for (k = 1; k <= m; k++) z[j + k - 1] += x[j] * y[k]
    return joined(z, n + m)
}
function plus(a, b,   x, y, n, m, k) {
    n = limbs(a, x)
    m = limbs(b, y)
    for (k = 1; k <= m; k++) x[k] = (k in x ? x[k] : 0) + y[k]
    return joined(x, n > m ? n : m)
}
# Of two of which the second is not the larger one.
function minus(a, b,   x, y, n, m, k) {
    n = limbs(a, x)
    m = limbs(b, y)
    for (k = 1; k <= m; k++) x[k] -= y[k]
    for (k = 1; k < n; k++) if (x[k] < 0) { x[k] += 10000000; x[k + 1]-- }
    return joined(x, n)
}
function difference(a, b) { return more(a, b) ? minus(a, b) : minus(b, a) }
function divided_up(a, b,   k, rest, digit, out) {
    a = a ""
    rest = "0"
    out = ""
    for (k = 1; k <= length(a); k++) {
        rest = whole(rest substr(a, k, 1))
        for (digit = 0; !more(b, rest); digit++) rest = minus(rest, b)
        out = out digit
    }
    return rest == "0" ? whole(out) : plus(whole(out), 1)
}

# ------------------------------------------------------------------ amounts and sums

# What was allowed today, in whole smallest units.
function sums(c, a, day) {
    A_BEFORE = (a, day) in SUM ? SUM[a, day] : "0"
    S_BEFORE = (a, day, O_MARKET, O_SIDE) in SUM ? SUM[a, day, O_MARKET, O_SIDE] : "0"
    COUNTED = "0"
    # What was allowed today may be in another currency, if a new scope says another.
    COUNTED_IN = (a, day) in SUM_CURRENCY ? SUM_CURRENCY[a, day] : CURRENCY[c]
    COUNTED_PLACES = (a, day) in SUM_PLACES ? SUM_PLACES[a, day] : PLACES[c]
}

# What the order adds to that: all of it, or what a replace is worth beyond its target.
function added(a, c, amount,   key, former) {
    key = a SUBSEP O_TARGET
    if (O_ACTION != "replace" || !works(key) || WORTH_IN[key] != CURRENCY[c]) return amount
    former = scaled(WORTH_WAS[key], PLACES[c])
    return more(amount, former) ? minus(amount, former) : "0"
}

# Order maximum, units and daily maximum.
function amounts(c, a, day,   amount, total, shown) {
    shown = O_AMOUNT (O_CURRENCY == CURRENCY[c] ? "" : " " O_CURRENCY)
    if (WORTH == "") {
        control("order.amount", ORDER_MAX[c], shown, "cannot_evaluate", "order.amount_max", \
            CURRENCY[c])
        base_units(c)
        control("daily.amount", DAILY_MAX[c], shown, "cannot_evaluate", "daily.amount_max", \
            CURRENCY[c])
        return
    }
    if (!is_amount(WORTH, PLACES[c])) UNSURE = "its amount has other decimals than its scope"
    amount = scaled(WORTH, PLACES[c])
    COUNTED = added(a, c, amount)
    rule(!more(amount, scaled(ORDER_MAX[c], PLACES[c])), "order.amount", ORDER_MAX[c], WORTH, \
        "order.amount_max", CURRENCY[c])
    base_units(c)
    if ((a, day) in SUM_CURRENCY && SUM_CURRENCY[a, day] != CURRENCY[c]) {
        control("daily.amount", DAILY_MAX[c], shown, "cannot_evaluate", \
            "daily.amount_max", CURRENCY[c])
        return
    }
    total = plus(PER[c] == "agent" ? A_BEFORE : S_BEFORE, COUNTED)
    rule(!more(total, scaled(DAILY_MAX[c], PLACES[c])), "daily.amount", DAILY_MAX[c], \
        pointed(total, PLACES[c]), "daily.amount_max", CURRENCY[c])
}

function rendered(at, i, outcome,   c, counted) {
    c = O_CERTIFICATE
    counted = outcome == "allowed" ? COUNTED : "0"
    return "{\"_type\":\"kya/decision/v1\",\"agent\":\"" O_AGENT "\",\"baseline\":" \
        (O_AGENT in BASELINE && O_ACTION != "cancel" ? "\"" BASELINE[O_AGENT] "\"" : "null") \
        (BEHAVIOUR == "" ? "" : ",\"behaviour\":" BEHAVIOUR) ",\"controls\":[" CONTROLS "]," CONVERSION_TEXT "\"counters\":{\"after\":" counter(counted) ",\"before\":" counter("0") \
        ",\"currency\":\"" COUNTED_IN "\",\"day\":\"" substr(at, 1, 10) "\"},\"credential\":\"" \
        O_CREDENTIAL "\"" (OPENS_WHAT == "" ? "" : ",\"incident\":" OPENS_WHAT) ",\"mandate\":\"" MANDATE[c] "\",\"mode\":\"" \
        (at "" >= LIVE[c] "" ? "live" : "paper") "\",\"order\":\"" LEAF[i] "\",\"outcome\":\"" \
        outcome "\"" (OVERLAYS_TEXT == "" ? "" : ",\"overlays\":[" OVERLAYS_TEXT "]") \
        ",\"override\":" O_OVERRIDE ",\"price\":" PRICE_TEXT ",\"reasons\":[" REASONS \
        "],\"received_at\":\"" at "\",\"scope\":\"" SCOPE_DIGEST[c] "\",\"seq\":" O_SEQ \
        (WORTH == "" || O_CURRENCY == CURRENCY[c] ? "" : ",\"worth\":{\"amount\":\"" WORTH \
        "\",\"currency\":\"" CURRENCY[c] "\"}") "}"
}
function counter(counted) {
    return "{\"agent\":\"" pointed(plus(A_BEFORE, counted), COUNTED_PLACES) \
        "\",\"market_and_side\":\"" pointed(plus(S_BEFORE, counted), COUNTED_PLACES) "\"}"
}

# The value of a member that only a decision's end can hold; what it returns counts only
# because the whole line is rendered again and compared.
function tail_member(line, name,   p, rest) {
    p = index(line, ",\"" name "\":\"")
    if (!p) return ""
    rest = substr(line, p + length(name) + 5)
    return substr(rest, 1, index(rest, "\"") - 1)
}

function on_decision(i, line,   o, at, said, outcome, tail) {
    WHAT[i] = "decision"
    DECISIONS++
    o = PENDING
    PENDING = ""
    tail = substr(line, index(line, ",\"counters\":{"))
    at = tail_member(tail, "received_at")
    said = tail_member(tail, "outcome")
    COUNT[said]++
    signers(5, i, "gateway", at)
    not_before_now(5, i, at)
    if (o == "") { fail(10, i, "no order stands before it"); UNFOLLOWED++; return }
    WHAT[i] = "decision on " WHAT[o]
    if (tail_member(tail, "order") != LEAF[o]) fail(10, i, "names another order than the one before it")
    if (said != "allowed" && said != "denied" && said != "refused") {
        fail(5, i, "an outcome that is none")
        UNFOLLOWED++
        return
    }
    if (!O_OK || !(O_CERTIFICATE in READABLE) || micros(at) < 0) {
        if (said == "allowed") fail(4, o, "allowed, though it cannot be judged")
        else fail(5, i, "its order cannot be judged")
        UNFOLLOWED++
        return
    }
    used(O_CERTIFICATE, at "" > ENDS[O_CERTIFICATE] "" ? ENDS[O_CERTIFICATE] : at)
    overriding(DIGEST[o], at)
    read_prices(i, line, tail)
    read_behaviour(i, O_AGENT, line, at)
    run_rules(at)
    overlays(i, tail)
    outcome = REASONS == "" ? "allowed" : IDENTITY ? "refused" : "denied"
    opens(i, line, at, said)
    compare(i, o, line, at, said, outcome)
    remember(o, at, said)
    open_incident(LEAF[o], at)
}

function compare(i, o, line, at, said, outcome,   mode) {
    mode = at "" >= LIVE[O_CERTIFICATE] "" ? "live" : "paper"
    if (said == "allowed") MODE[mode]++
    if (index(SCOPE[O_CERTIFICATE], ",\"limits\":{")) ARMED++
    if (said == "allowed" && O_ACTION == "cancel") CANCELS++
    if (said == "allowed" && CONTROLS ~ /"outcome":"overridden"/) ASIDE++
    if (UNSURE != "") {
        finding(4, "UNKNOWN", label(o) ": " UNSURE)
        finding(5, "UNKNOWN", label(i) ": cannot be run again for the same reason")
        breaches_are_taken(i)
        return
    }
    if (said == "allowed" && outcome != "allowed") {
        fail(4, o, "allowed, though the rules say " REASONS " (" O_AMOUNT " " O_CURRENCY \
            " at " at ")")
        if (REASONS ~ /sequence/) fail(10, o, "allowed, though " REASONS)
        if (REASONS ~ /incident[.]grace_over/) fail(7, o, "allowed after the end of a grace")
    }
    if (said != "allowed" && index(line, ",\"reasons\":[],") > 0)
        fail(5, i, said ", but no reason is given")
    if (O_CERTIFICATE in STRANGE) {
        finding(4, "UNKNOWN", label(o) ": its scope sets " STRANGE[O_CERTIFICATE] \
            ", which this script does not ask")
        finding(5, "UNKNOWN", label(i) ": cannot be run again for the same reason")
        breaches_are_taken(i)
        return
    }
    if (rendered(at, o, outcome) == line) { SAME++; return }
    if (foreign(line)) {
        finding(5, "UNKNOWN", label(i) ": uses a control that this script does not know")
        breaches_are_taken(i)
    } else if (outcome != said)
        fail(5, i, "says " said "; the rules say " outcome (REASONS == "" ? "" : ", " REASONS))
    else fail(5, i, "differs from what the rules give again (outcome " said ")")
}

function foreign(line,   k, known) {
    if (!json(line)) return 0
    known = " credential.standing credential.validity halt.state incident.grace sequence.seq sequence.prev" \
        " client_order_id.unique clock.skew action.allowed action.target market.allowed" \
        " venue.allowed region.allowed region.evidence runtime.digest order.type order.time_in_force price.age price.book" \
        " price.spread price.band price.collar price.drift price.known order.amount order.units" \
        " daily.amount place.order_amount place.daily_amount place.open_orders order.duplicate rate.second rate.minute rate.day daily.orders" \
        " rate.orders_per_fill latch.rejects latch.executions behaviour.baseline behaviour.expiry behaviour.renewal" \
        " behaviour.warn behaviour.critical behaviour.sequence" \
        " hours.window hours.calendar "
    for (k = 1; k <= N["controls"]; k++) {
        if (!index(known, " " V["controls." k ".id"] " ") \
            && substr(V["controls." k ".id"], 1, 8) != "overlay.") return 1
        if (V["controls." k ".version"] != 1) return 1
    }
    return 0
}

# What the next order of this agent finds; the log's own word on what was allowed counts.
function remember(o, at, said,   day) {
    day = substr(at, 1, 10)
    SEQ[O_AGENT] = O_SEQ + 0
    PREV[O_AGENT] = DIGEST[o]
    USED[O_AGENT, day, O_ID] = 1
    LINKS++
    if (PROBATION[O_AGENT] > 0 && O_ACTION != "cancel") {
        PROBATION[O_AGENT]--
        if (!(O_AGENT in FIRST_DAY)) FIRST_DAY[O_AGENT] = later(at, 86400)
    }
    remember_message(O_AGENT, at, day)
    if (said != "allowed") return
    if (O_ACTION != "cancel") {
        GONE[O_AGENT, day]++
        use_places(O_AGENT SUBSEP O_SEQ, day, WORTH == "" ? O_CURRENCY : CURRENCY[O_CERTIFICATE])
    }
    work(O_AGENT SUBSEP O_SEQ, o)
    if (COUNTED == "0") return
    SUM[O_AGENT, day] = plus(A_BEFORE, COUNTED)
    SUM[O_AGENT, day, O_MARKET, O_SIDE] = plus(S_BEFORE, COUNTED)
    SUM_CURRENCY[O_AGENT, day] = WORTH == "" ? O_CURRENCY : CURRENCY[O_CERTIFICATE]
    SUM_PLACES[O_AGENT, day] = PLACES[O_CERTIFICATE]
}

# An allowed order waits for the last word of its venue.
function work(key, o,   target) {
    OPEN[key] = LEAF[o] " " O_VENUE " " O_CURRENCY
    if (O_ACTION != "cancel") WENT[O_AGENT, O_MARKET, O_SIDE] = 1
    ACTION[key] = O_ACTION; PLACE[key] = O_MARKET " " O_SIDE " " O_VENUE
    AMOUNT[key] = O_AMOUNT; MONEY[key] = O_CURRENCY; TARGET[key] = O_TARGET
    WORTH_WAS[key] = WORTH == "" ? O_AMOUNT : WORTH
    WORTH_IN[key] = WORTH == "" ? O_CURRENCY : CURRENCY[O_CERTIFICATE]
    open_page(key, o)
    if (O_ACTION != "replace") return
    target = O_AGENT SUBSEP O_TARGET
    AFTER[target] = AFTER[target] " " O_SEQ
}

# -------------------------------------------------------------- what the gateway reports

function on_report(i,   key, open) {
    WHAT[i] = "venue report on order " V["seq"] " of " V["agent"]
    REPORTS++
    if (!fields(i, 9, "_type,agent,at,detail,filled,filled_currency," \
        (index(K[""], ",filled_exact,") ? "filled_exact," : "") \
        "order,price,price_source,seq,status,venue")) return
    signers(5, i, "gateway", V["at"])
    not_before_now(5, i, V["at"])
    key = V["agent"] SUBSEP V["seq"]
    if (!(key in OPEN)) {
        fail(9, i, "the log had allowed no such order, or it is answered already")
        return
    }
    split(OPEN[key], open, " ")
    if (V["order"] != open[1] "" || V["venue"] != open[2] "" \
        || (V["filled"] != "null" && V["filled_currency"] != open[3] ""))
        fail(9, i, "another order, venue or currency than was allowed")
    fits(i, key, V["status"], V["filled"] == "null" ? "0" : digits(V["filled"]))
    if (index(K[""], ",filled_exact,") && !is_exact(V["filled_exact"], V["filled"]))
        fail(9, i, "an exact figure that does not round up to what is filled")
    if (V["status"] == "unknown") return
    if (V["status"] != "acknowledged")
        remember_answer(V["agent"], key, V["status"], V["filled"] != "null", substr(V["at"], 1, 10))
    settle(key, V["status"], V["filled"] == "null" ? "0" : digits(V["filled"]))
    enter_report(i, V["venue"] SUBSEP substr(V["order"], 1, 32))
}

# Whether a figure is finer than an amount, and no larger than it, and by less than a unit.
function is_exact(exact, filled,   places, apart) {
    places = decimals(filled)
    if (filled == "null" || !is_price(exact, 18) || decimals(exact) <= places) return 0
    if (more(scaled(exact, 18), scaled(filled, 18))) return 0
    apart = minus(scaled(filled, 18), scaled(exact, 18))
    return more(power(18 - places), apart)
}

# A report fits its order, and what was reported of it before.
function fits(i, key, status, filled,   did) {
    if (status !~ /^(acknowledged|filled|partially_filled|cancelled|rejected|not_received|unknown)$/)
        fail(9, i, "a status that is none")
    if (within("filled partially_filled", status) ? filled == "0" \
        : !within("acknowledged cancelled", status) && filled != "0")
        fail(9, i, "filled, or not, against what its status says")
    did = !within("unknown rejected not_received", status)
    if (ACTION[key] == "cancel" && did && (status != "cancelled" || filled != "0"))
        fail(9, i, "a cancel fills nothing and does not rest")
    if (did && works(V["agent"] SUBSEP TARGET[key]))
        fail(9, i, "the order in whose place it stands is not settled yet")
    if (V["filled"] != "null" && !is_amount(V["filled"], decimals(AMOUNT[key])))
        fail(9, i, "filled in other decimals than were ordered")
    else if (more(plus(BEFORE[key] "", filled), digits(AMOUNT[key])))
        fail(9, i, "more was filled than was ordered")
    if (!(key in ACKNOWLEDGED) || status == "unknown") return
    if (!did) fail(9, i, "the venue had acknowledged it")
    else if (more(ACKNOWLEDGED[key], filled)) fail(9, i, "less is filled than was before")
}

function settle(key, status, filled,   n, k, others, other) {
    if (status == "acknowledged") { ACKNOWLEDGED[key] = filled; return }
    if (ACTION[key] != "cancel" && !works(V["agent"] SUBSEP TARGET[key])) open_at(key, -1)
    delete OPEN[key]
    n = split(AFTER[key], others, " ")
    for (k = 1; k <= n; k++) {
        other = V["agent"] SUBSEP others[k]
        if (!(other in OPEN)) continue
        BEFORE[other] = plus(BEFORE[key] "", filled)
        open_at(other, 1)
    }
}

# --------------------------------------------- the venues' own lists, copied to the log

# Every allowed order has a page: what the list has of it, and what its last report says.
function open_page(key, o,   page) {
    page = O_VENUE SUBSEP substr(LEAF[o], 1, 32)
    PAGE[page] = key; LINES[page] = "0"; LINES_WORTH[page] = "0"; SAID[page] = "0"
    SAID_PRICE[page] = ""; SAID_AT[page] = ""; SAID_LAST[page] = 0; LINES_AT[page] = ""
    LIMITED[page] = O_LIMIT; LIMITED_BY[page] = O_CERTIFICATE; SET_ASIDE[page] = overridden()
    MET[page] = MARKET[1] == O_MARKET && (1 in ASK) ? (O_SIDE == "BUY" ? ASK[1] : BID[1]) : ""
    GOT[page] = "0"; GOT_BY[page] = "1"
    if (!(O_VENUE in SENT_TO)) { SENT_TO[O_VENUE] = o; LIST_VENUES = LIST_VENUES " " O_VENUE }
}

# The controls that its decision has set aside.
function overridden(   n, k, part, out) {
    out = ""
    n = split(CONTROLS, part, "[{]\"id\":\"")
    for (k = 2; k <= n; k++) if (part[k] ~ /"outcome":"overridden"/)
        out = out " " substr(part[k], 1, index(part[k], "\"") - 1)
    return substr(out, 2)
}

function close_page(page) { delete PAGE[page] }

function enter_report(i, page) {
    if (!(page in PAGE)) return
    SAID[page] = V["filled"] == "null" ? "0" : scaled( \
        index(K[""], ",filled_exact,") ? V["filled_exact"] : V["filled"], 18)
    SAID_PRICE[page] = V["price"] == "null" ? "" : V["price"]
    SAID_AT[page] = V["at"]
    SAID_LAST[page] = V["status"] != "acknowledged"
    if (V["venue"] in COPIED) meet(i, page)
    else if (SAID_LAST[page]) close_page(page) # A list that begins later has none of it.
}

function on_copy(i,   v, k) {
    v = V["venue"]
    WHAT[i] = "list of " v
    if (!fields(i, 9, "_type,after,at,executions,until,venue")) return
    signers(9, i, "gateway", V["at"])
    not_before_now(9, i, V["at"])
    if (V["after"] !~ /^(0|[1-9][0-9]*)$/ || v !~ /^[A-Z0-9]+$/ || N["executions"] > 100) {
        fail(9, i, "no list, or no place in it")
        return
    }
    if (v in COPIED && COPIED[v] "" != V["after"] "")
        fail(9, i, "goes on after " V["after"] ", but " COPIED[v] " lines are on record")
    if (micros(V["until"]) < 0 || V["until"] "" > V["at"] "" \
        || (v in COPIED && V["until"] "" < WHOLE_UNTIL[v] ""))
        fail(9, i, "whole until a time that cannot be")
    if (!(v in COPIED)) {
        if (!(v in SENT_TO)) LIST_VENUES = LIST_VENUES " " v
        BEGUN[v] = i
        if (V["after"] != "0" || (v in SENT_TO)) LATE[v] = V["after"]
    }
    COPIED[v] = plus(V["after"], N["executions"] + 0)
    WHOLE_UNTIL[v] = V["until"]
    for (k = 1; k <= N["executions"]; k++) enter_line(i, v, "executions." k)
}

function enter_line(i, v, at,   page, key, name, sum) {
    if (K[at] != "amount,at,client_id,currency,execution_id,market,price,side,venue_order_id") {
        fail(9, i, "other members than an execution has")
        return
    }
    page = v SUBSEP V[at ".client_id"]
    name = "execution " V[at ".execution_id"] " (" V[at ".side"] " " V[at ".currency"] " " \
        V[at ".amount"] " of " V[at ".market"] " at " V[at ".price"] ")"
    if (!(page in PAGE)) { fail(9, i, name ": no order awaits it"); return }
    key = PAGE[page]
    if (ACTION[key] == "cancel" || V[at ".currency"] "" != MONEY[key] "" \
        || V[at ".market"] " " V[at ".side"] " " v != PLACE[key] "" \
        || !is_executed(V[at ".amount"], decimals(AMOUNT[key])) || !is_price(V[at ".price"], 10)) {
        fail(9, i, name ": another thing than its order asked for")
        return
    }
    if ((page, V[at ".execution_id"]) in LINED) { fail(9, i, name ": listed twice"); return }
    LINED[page, V[at ".execution_id"]] = 1
    sum = scaled(V[at ".amount"], 18)
    if (!more(LINES[page], SAID[page])) LINES_AT[page] = V["at"]
    LINES[page] = plus(LINES[page], sum)
    LINES_WORTH[page] = plus(LINES_WORTH[page], times(sum, scaled(V[at ".price"], 10)))
    hold_against(i, name, page, key, sum, scaled(V[at ".price"], 10))
    meet(i, page)
}

# An amount in its currency's decimals, or a finer one in its shortest spelling.
function is_executed(text, places) {
    return decimals(text) > places ? is_price(text, 18) : is_amount(text, places)
}

# What was executed, held against the limits that its order was allowed by (drop-copy.md 2.6).
function hold_against(i, name, page, key, sum, price,   c, part, market, most, broken) {
    c = LIMITED_BY[page]
    split(PLACE[key], part, " ")
    split(part[1], market, "/")
    broken = ""
    if (LIMITED[page] != "" && (part[2] == "BUY" ? more(price, scaled(LIMITED[page], 10)) \
        : more(scaled(LIMITED[page], 10), price))) broken = broken " order.limit_price"
    most = (c, "price_collar_bps") in LIMIT ? LIMIT[c, "price_collar_bps"] : ""
    if (most != "" && MET[page] != "" \
        && more(times(difference(price, MET[page]), 10000), times(most, MET[page])))
        broken = broken aside_or(page, "price.collar")
    if (MONEY[key] == market[2]) {
        # The sum of amounts by prices as one fraction, for nothing is rounded.
        GOT[page] = plus(times(GOT[page], price), times(sum, GOT_BY[page]))
        GOT_BY[page] = times(GOT_BY[page], price)
    }
    most = ORDER_MAX[c]
    if (MONEY[key] == market[1] && CURRENCY[c] == market[2] && more( \
        times(LINES_WORTH[page], power(decimals(most))), times(digits(most), power(28))))
        broken = broken aside_or(page, "order.amount")
    if (MONEY[key] == market[2] && CURRENCY[c] == market[1] && more( \
        times(GOT[page], power(decimals(most) + 10)), times(times(digits(most), power(18)), GOT_BY[page])))
        broken = broken aside_or(page, "order.amount")
    most = (c, part[1]) in UNITS_MAX ? UNITS_MAX[c, part[1]] : ""
    if (most != "" && MONEY[key] == market[2] && more( \
        times(GOT[page], power(10)), times(scaled(most, 18), GOT_BY[page])))
        broken = broken aside_or(page, "order.units")
    if (broken != "") fail(9, i, name ": breaks" broken ", which its order was allowed by")
}

function aside_or(page, id) { return within(SET_ASIDE[page], id) ? "" : " " id }

# Where list and report have come equally far, they say the same, mean price and all.
function meet(i, page,   price) {
    if (page in APART) return
    if (LINES[page] == SAID[page] && LINES[page] != "0") {
        price = SAID_PRICE[page] == "" ? "" : scaled(SAID_PRICE[page], 10)
        if (price == "" || more(times(LINES[page], price), LINES_WORTH[page]) \
            || !more(times(LINES[page], plus(price, "1")), LINES_WORTH[page]))
            apart(i, page, "another price than was reported, " SAID_PRICE[page])
    }
    if (SAID_LAST[page] && more(LINES[page], SAID[page]))
        apart(i, page, "more than the last report says was filled")
    if (SAID_LAST[page] && LINES[page] == SAID[page]) close_page(page)
}

function apart(i, page, why) {
    APART[page] = 1
    fail(9, i, "the list has of " substr(page, index(page, SUBSEP) + 1) " " why)
}

function on_unexplained(i,   named) {
    WHAT[i] = "unexplained at " V["venue"]
    if (!fields(i, 9, "_type,at,client_id,execution,expected,place,position,venue")) return
    signers(9, i, "gateway", V["at"])
    not_before_now(9, i, V["at"])
    if (!(V["venue"] in COPIED)) fail(9, i, "no list of this venue is on record")
    if (V["place"] != "null" \
        && (!(V["place"] in HALTED_AT) || STOPPED_AS[V["place"]] != "halted"))
        fail(9, i, "nothing is halted at " V["place"] " for it")
    named = V["execution"] == "null" ? "no execution under " V["client_id"] \
        : V["execution.execution_id"] ": " V["execution.side"] " " V["execution.currency"] " " \
        V["execution.amount"] " of " V["execution.market"] " at " V["execution.price"]
    fail(9, i, named "; want " V["expected"])
}

# What has met by the end of the log, and what still waits for its other side.
function conclude_lists(   n, k, words, v, page, text, waits, since, end) {
    for (page in PAGE) {
        v = substr(page, 1, index(page, SUBSEP) - 1)
        if (!(v in COPIED) || page in APART || LINES[page] == SAID[page]) continue
        waits = more(LINES[page], SAID[page])
        since = waits ? LINES_AT[page] : SAID_AT[page]
        end = waits ? NOW : WHOLE_UNTIL[v]
        text = "the list of " v " and the reports do not meet on " \
            substr(page, index(page, SUBSEP) + 1)
        if (micros(since) < 0 || micros(end) < 0) finding(9, "UNKNOWN", text)
        else if (micros(end) - micros(since) > 60000000) finding(9, "FAILS", text " within 60 s")
        else finding(9, "UNKNOWN", text " yet")
    }
    n = split(LIST_VENUES, words, " ")
    for (k = 1; k <= n; k++) {
        v = words[k]
        if (!(v in COPIED)) finding(9, "UNKNOWN", "no drop copy of " v ", where orders were allowed")
        else if (v in LATE)
            finding(9, "UNKNOWN", "the list of " v " is copied only from log entry " BEGUN[v] " on")
        else finding(9, "CHECKED", v ": " COPIED[v] " executions until " WHOLE_UNTIL[v] \
            ", each of an order of this log, as reported")
    }
    if (!n) finding(9, "UNKNOWN", "no drop copy, and no order was allowed")
}

function on_equivocation(i,   key) {
    WHAT[i] = "two orders under seq " V["seq"] " of " V["agent"]
    if (!fields(i, 5, "_type,agent,at,conflicting,order,seq")) return
    signers(5, i, "gateway", V["at"])
    not_before_now(5, i, V["at"])
    key = V["agent"] SUBSEP V["seq"]
    if (!(key in PAIR)) fail(5, i, "no order of this seq is on record")
    if (key in TWICE) fail(5, i, "it is on record already")
    TWICE[key] = 1
    EQUIVOCATIONS++
}

# ------------------------------------------------------------------------ what was checked

function conclude(   c, n, words, k, text) {
    for (c in FIRST) {
        # A checkpoint says no time; the newest log key is in use until the last entry.
        n = c == LOG_KEY ? NOW : LAST[c]
        printf "%s\t%s\t%s\t%.0f\t%.0f\n", c, SERIAL[c], PATH[c], \
            int(micros(FIRST[c]) / 1000000), int(micros(n) / 1000000) >(TMP "/uses")
    }
    print ORIGIN >(TMP "/origin")
    conclude_lists()
    conclude_incidents()
    if (ORDERS)
        finding(2, "CHECKED", JOBS[2] + 0 " of " ORDERS " order signatures, each under the" \
            " certificate that the order names")
    else finding(2, "UNKNOWN", "the log holds no order")
    if (AGENT_CERTIFICATES)
        finding(3, "CHECKED", AGENT_CERTIFICATES " agent certificates carry, byte for byte, the" \
            " scope and the hash of " MANDATES " mandates with " DIRECTORS " directors' signatures")
    else finding(3, "UNKNOWN", "the log holds no agent's certificate")
    if (ORDERS) {
        finding(4, "CHECKED", COUNT["allowed"] + 0 " allowed orders (" MODE["paper"] + 0 " paper, " \
            MODE["live"] + 0 " live) lie within order maximum, daily totals, markets, venues," \
            " regions, hours, calendar and standing" (ARMED \
            ? ", and within the limits of their scopes by the prices that the decisions name" : "") (ASIDE \
            ? ", but for " ASIDE " where two people set a limit aside" : "") (CANCELS \
            ? "; " CANCELS " of them are cancels, which no limit stops" : "") (HALTS \
            ? "; none went where trading was stopped: " HALTS " halts, " RESUMES + 0 " resumes" \
            : "") (LIMITS_OF_PLACES \
            ? "; none went beyond what all agents share: " LIMITS_OF_PLACES " limits of places" \
            : ""))
        finding(5, "CHECKED", SAME + 0 " of " DECISIONS " decisions come out again byte for byte: " \
            COUNT["allowed"] + 0 " allowed, " COUNT["denied"] + 0 " denied, " COUNT["refused"] + 0 \
            " refused, each with its reasons; " DECISIONS + REPORTS + EQUIVOCATIONS \
            " gateway signatures" (SCORES_TAKEN ? "" : "; no scores are recorded"))
        if (SCORES_TAKEN)
            finding(5, "UNKNOWN", SCORES_TAKEN " scores are taken as they are recorded: this script" \
                " does not score")
        if (ANSWERS_TAKEN)
            finding(5, "UNKNOWN", ANSWERS_TAKEN " answers of overlays are taken as they are" \
                " recorded: this script asks no policy's engine")
        n = split(AGENTS, words, " ")
        text = ""
        for (k = 1; k <= n; k++)
            text = text (k > 1 ? ", " : "") words[k] " 1 to " SEQ[words[k]]
        finding(10, "CHECKED", text ": no gap, " LINKS + 0 " links of the hash chain")
    } else {
        finding(4, "UNKNOWN", "the log holds no order")
        finding(5, "UNKNOWN", "the log holds no order")
        finding(10, "UNKNOWN", "the log holds no order")
    }
    finding(6, "UNKNOWN", LOCKS ? LOCKS " baselines, signed by two people, each its document's digest" \
        (FROM_ELSEWHERE ? "; learned elsewhere: " FROM_ELSEWHERE : "") \
        ": this script does not learn them again" : "the log holds no baseline")
    print (CLOCK == "" ? "unknown" : CLOCK) >(TMP "/clock")
}
EOF
}

judge_statements() {
    : >"$tmp/moments"
    {
        printf '%s\n' "$size"
        sed -n -e 's/^witnessed\/\([1-9][0-9]*\)[.]note$/\1/p' \
            -e 's/^stamps\/\([1-9][0-9]*\)[.].*[.]tsr$/\1/p' "$tmp/files"
    } >"$tmp/seen"
    hash_folder text >"$tmp/digests"
    while IFS= read -r entry; do
        printf '%s\t%s\n' "$(sha256sum <"$tmp/policy/$entry" | cut -c 1-64)" "$entry"
    done <"$tmp/policies" >"$tmp/policysums"
    : >"$tmp/uses"
    : >"$tmp/revoked"
    : >"$tmp/proofs"
    : >"$tmp/mandates"
    KYA_ROOT=$(sha256sum <"$tmp/root.der" | cut -c 1-64)
    export KYA_ROOT
    program judge part=certificates "$tmp/certificates" part=signatures "$tmp/signatures" \
        part=digests "$tmp/digests" part=leaves "$tmp/hash/0" \
        part=policies "$tmp/policysums" part=seen "$tmp/seen" \
        part=statements "$tmp/statements"
    [ ! -s "$tmp/sessionsums" ] || sha256sum -c --status --strict "$tmp/sessionsums" ||
        fails 5 "a session in the log is not the one that its entry names"
}

# ------------------------------------------------------- the files beside the log

write_beside_programs() {
    cat >"$tmp/beside.awk" <<'EOF'
# Which orders of the log are laid out, each with its decision and its proof; files that
# the log knows nothing of. That files and entries are equal was seen when cutting.
BEGIN { FS = "\t" }
part == "same" { SAME[$0] = 1; next }
part == "log" { IN_LOG[$2] = 1; next }
/^(orders|decisions)\// {
    FILE[$0] = 1
    if ($0 ~ /^orders\/.*[.]tlog-proof$/) next
    if (!($0 in SAME))
        finding(/^orders/ ? 2 : 5, "FAILS", $0 ": the log has no such entry")
}
END {
    for (proof in IN_LOG) {
        all++
        name = proof
        sub(/tlog-proof$/, "note", name)
        other = name
        sub(/^orders/, "decisions", other)
        shown = (name in FILE) + (other in FILE) + (proof in FILE)
        if (shown == 3) laid_out++
        else if (shown) {
            if (!(name in FILE)) finding(10, "FAILS", name ": missing beside its decision or proof")
            if (!(other in FILE)) finding(5, "FAILS", other ": missing beside its order")
            if (!(proof in FILE)) finding(8, "FAILS", proof ": missing beside its order")
        }
    }
    if (all) finding(10, "CHECKED", laid_out + 0 " of " all " orders are laid out in orders/" \
        " and decisions/ as the log has them")
}
EOF
    cat >"$tmp/proofs.awk" <<'EOF'
# Every inclusion proof is the one that the rebuilt tree gives, under the very checkpoint
# of the log (C2SP tlog-proof). EDGE holds the roots of the right edge, from the smallest.
part == "head" { HEAD = HEAD $0 "\n"; next }
part == "subtrees" { for (k = 2; k <= NF; k++) PERFECT[k - 1] = $k; PARTS = NF - 1; next }
part == "edge" { EDGE[FNR] = $1; next }
part ~ /^[0-9]+$/ {
    if (part != was) { was = part; row = 0 }
    NODE[part, row++] = $0
    next
}
part == "proofs" { split($0, words, "\t"); INDEX[words[2]] = words[1]; next }
FNR == 1 { finish(); file = FILENAME; raw = "" }
{ raw = raw $0 "\n" }
END { finish() }

function finish(   name, lines, n, k, want) {
    if (file == "") return
    name = substr(file, length(ENVIRON["KYA_PACKAGE"]) + 2)
    if (!(name in INDEX)) { finding(8, "FAILS", name ": the log has no such order"); return }
    n = path(INDEX[name] + 0)
    want = "c2sp.org/tlog-proof@v1\nindex " INDEX[name] "\n"
    for (k = 1; k <= n; k++) want = want base64(STEP[k]) "\n"
    if (raw != want "\n" HEAD) finding(8, "FAILS", name ": not the proof that the log gives")
    done++
}
# The hashes beside the branch of one leaf, from the leaf upwards (RFC 9162 2.1.3.1).
function path(i,   n, level, rest, power, k, j, start, steps) {
    power = 1
    for (k = 1; k <= PARTS; k++) SIZE_OF[k] = 0
    rest = size
    for (power = 1; power * 2 <= size; power *= 2) continue
    start = 0
    k = 0
    while (power >= 1) {
        if (rest >= power) {
            k++
            if (i >= start && i < start + power) break
            start += power
            rest -= power
        }
        power /= 2
    }
    steps = 0
    level = 0
    n = i
    for (j = 1; j < power; j *= 2) {
        STEP[++steps] = NODE[level, n % 2 ? n - 1 : n + 1]
        n = int(n / 2)
        level++
    }
    if (k < PARTS) STEP[++steps] = EDGE[k + 1]
    for (j = k - 1; j >= 1; j--) STEP[++steps] = PERFECT[j]
    return steps
}
function base64(hex,   i, v, out, pad) {
    if (hex in KNOWN) return KNOWN[hex]
    out = ""
    for (i = 1; i <= 60; i += 6) {
        v = value(substr(hex, i, 6))
        out = out letter(int(v / 262144)) letter(int(v / 4096) % 64) letter(int(v / 64) % 64) letter(v % 64)
    }
    v = value(substr(hex, 61, 4)) * 4
    return KNOWN[hex] = out letter(int(v / 4096)) letter(int(v / 64) % 64) letter(v % 64) "="
}
function value(h,   i, v) {
    v = 0
    for (i = 1; i <= length(h); i++) v = v * 16 + index("0123456789abcdef", substr(h, i, 1)) - 1
    return v
}
function letter(n) {
    return substr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", n + 1, 1)
}
EOF
}

check_beside() {
    program beside part=same "$tmp/same" part=log "$tmp/proofs" part=files "$tmp/files"
    check_proofs
}

# The right edge of the tree: for each of its perfect subtrees the root of it and of all
# that follow. There are at most twenty, so a process for each does no harm.
write_edge() {
    printf '%s\n' "$size" >"$tmp/rootsizes"
    subtrees >"$tmp/perfect"
    tr ' ' '\n' <"$tmp/perfect" | tail -n +2 | tac | {
        right=''
        while IFS= read -r left; do
            [ -z "$right" ] || left=$(node_of "$left" "$right")
            right=$left
            printf '%s\n' "$right"
        done
    } | tac >"$tmp/edge"
}

node_of() { printf '%s' "01$1$2" | program node - | sha256sum | cut -c 1-64; }

check_proofs() {
    : >"$tmp/prooffiles"
    awk '$0 ~ /^orders\/.*[.]tlog-proof$/' "$tmp/files" >"$tmp/prooffiles"
    [ -s "$tmp/prooffiles" ] || return 0
    write_edge
    set -- 'part=head' "$package/log/checkpoint" part=subtrees "$tmp/perfect" \
        part=edge "$tmp/edge"
    level=0
    while [ "$level" -le "$levels" ]; do
        set -- "$@" "part=$level" "$tmp/hash/$level"
        level=$((level + 1))
    done
    set -- "$@" part=proofs "$tmp/proofs" part=files
    # Some thousand files at a time, for the sake of the longest command line.
    while [ -s "$tmp/prooffiles" ]; do
        head -n 2000 "$tmp/prooffiles" >"$tmp/some"
        tail -n +2001 "$tmp/prooffiles" >"$tmp/rest"
        mv "$tmp/rest" "$tmp/prooffiles"
        (
            while IFS= read -r file; do set -- "$@" "$package/$file"; done <"$tmp/some"
            program proofs size="$size" "$@"
        )
    done
}

# ------------------------------------------------------------------ signatures by openssl

# Worker NUMBER OF ALL: every so many-th job; what does not verify is a finding of its
# own file, so that workers never write to the same one.
worker() {
    awk -v n="$1" -v all="$2" 'NR % all == n' "$tmp/jobs" >"$tmp/jobs.$1"
    while IFS='	' read -r kind key signature text question said; do
        if [ "$kind" = ecdsa ]; then
            openssl dgst -sha256 -verify "$key" -signature "$signature" "$text"
        else
            openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$text" \
                -sigfile "$signature"
        fi >/dev/null 2>&1 || printf '%s\tFAILS\t%s\n' "$question" "$said"
        count=$((${count:-0} + 1))
    done <"$tmp/jobs.$1" >"$tmp/found.$1" || broken "cannot write what was found"
    printf '%s\n' "${count:-0}" >"$tmp/count.$1"
}

# A process for each signature is what takes the time here, so all cores take part.
check_signatures() {
    signatures=$(wc -l <"$tmp/jobs")
    signatures=$((signatures))
    workers=$(nproc 2>/dev/null) || workers=1
    case $workers in '' | *[!0-9]*) workers=1 ;; esac
    [ "$workers" -le 32 ] || workers=32
    number=0
    while [ "$number" -lt "$workers" ]; do
        worker "$number" "$workers" &
        number=$((number + 1))
    done
    wait
    number=0
    looked_at=0
    while [ "$number" -lt "$workers" ]; do
        cat "$tmp/found.$number" >>"$tmp/findings" || broken "cannot write findings"
        looked_at=$((looked_at + $(cat "$tmp/count.$number")))
        number=$((number + 1))
    done
    [ "$looked_at" -eq "$signatures" ] ||
        broken "$looked_at of $signatures signatures were checked"
}

# ------------------------------------------------------------------ 8. what it comes to

# A key of the package's policy counts only if a certificate of role log under the
# regulator's root holds the same key; a key of the regulator's own policy counts as it is.
choose_log_keys() {
    : >"$tmp/keys.package"
    if present policy.txt; then
        read_policy "$package/policy.txt" policy.txt package
    fi
    if [ -n "$policy" ]; then
        read_policy "$policy" "your policy" own
        cut -f 1-3 "$tmp/keys.own" >"$tmp/logkeys"
        awk -F '\t' 'NR == FNR { own[$4] = 1; next } !($4 in own) { print $2 }' \
            "$tmp/keys.own" "$tmp/keys.package" >"$tmp/strange"
        while IFS= read -r keyname; do
            fails 8 "policy.txt: names a key for $keyname that your policy does not name"
        done <"$tmp/strange"
        name_log_keys
        return 0
    fi
    awk -F '\t' -v OFS='\t' 'FILENAME == ARGV[1] { chained[$1] = 1; next }
        FILENAME == ARGV[2] { if ($4 == "log" && $1 in chained) vouched[$3] = 1; next }
        $4 in vouched { print $1, $2, $3 }' \
        "$tmp/chained" "$tmp/certificates" "$tmp/keys.package" >"$tmp/logkeys"
    [ -s "$tmp/logkeys" ] ||
        fails 8 "policy.txt: no log key for which a certificate under your root vouches"
    name_log_keys
}

# A key that counts under one name of the log counts under each that the log has had.
name_log_keys() {
    [ "$(wc -l <"$tmp/names" 2>/dev/null || echo 0)" -gt 1 ] || return 0
    cp "$tmp/logkeys" "$tmp/logkeys.once"
    cut -f 2 "$tmp/names" >"$tmp/names.only"
    while IFS='	' read -r number keyname id; do
        grep -qxF -e "$keyname" "$tmp/names.only" || continue
        while IFS= read -r name; do
            [ "$name" != "$keyname" ] || continue
            id=$({ printf '%s\n' "$name" && tail -c 33 "$tmp/log/$number.id"; } |
                sha256sum | cut -c 1-8)
            printf '%s\t%s\t%s\n' "$number" "$name" "$id" >>"$tmp/logkeys"
        done <"$tmp/names.only"
    done <"$tmp/logkeys.once"
}

# Every checkpoint of the package, and the one the regulator holds, signed by the log and
# with the root that the first so many of these very entries have.
check_checkpoints() {
    set --
    while IFS= read -r file; do
        case $file in
            checkpoints/0[!.]* | checkpoints/*[!0-9]*.note)
                fails 8 "$file: not named after its size"
                ;;
            checkpoints/*.note) set -- "$@" "$package/$file" ;;
            checkpoints/*) fails 8 "$file: no checkpoint" ;;
        esac
    done <"$tmp/files"
    [ $# -le 4096 ] || die 4 "checkpoints/: more than 4096 files"
    read_checkpoints newest log/checkpoint "$package/log/checkpoint"
    if [ $# -gt 0 ]; then read_checkpoints former '' "$@"; else : >"$tmp/checkpoints.former"; fi
    : >"$tmp/checkpoints.held"
    if [ -n "$held" ]; then
        read_checkpoints held "your checkpoint" "$held"
        [ -s "$tmp/checkpoints.held" ] || fails 8 "your checkpoint: cannot be read"
    fi
    read_witnessed
    : >"$tmp/checkpoints.continued"
    for file in "$tmp/continued"/*; do
        [ -f "$file" ] || continue
        read_checkpoints "c${file##*/}" "log entry ${file##*/}" "$file"
        cat "$tmp/checkpoints.c${file##*/}" >>"$tmp/checkpoints.continued"
    done
    cat "$tmp/checkpoints.newest" "$tmp/checkpoints.former" "$tmp/checkpoints.held" \
        "$tmp/checkpoints.seen" "$tmp/checkpoints.continued" >"$tmp/checkpoints"
    awk -F '\t' -v all="$entries" '$2 >= 1 && $2 + 0 <= all + 0 { print $2 }' \
        "$tmp/checkpoints" | roots_at >"$tmp/roots"
    compare_roots
}

# The checkpoints that witnesses have cosigned: signed by the log like every other, and
# under them the lines of the witnesses that count here.
read_witnessed() {
    set --
    while IFS= read -r file; do
        case $file in
            witnessed/0[!.]* | witnessed/*[!0-9]*.note)
                fails 8 "$file: not named after its size"
                ;;
            witnessed/*.note) set -- "$@" "$package/$file" ;;
            witnessed/*) fails 8 "$file: no checkpoint" ;;
        esac
    done <"$tmp/files"
    [ $# -le 1024 ] || die 4 "witnessed/: more than 1024 files"
    : >"$tmp/checkpoints.seen"
    [ $# -eq 0 ] || read_checkpoints seen '' "$@"
    watch=package whose="the package's policy"
    if [ -n "$policy" ] && [ "$(cat "$tmp/quorum.own")" != none ]; then
        watch=own whose="your policy"
    fi
    : >"$tmp/watched"
    [ -f "$tmp/quorum.$watch" ] || echo none >"$tmp/quorum.$watch"
    [ "$(cat "$tmp/quorum.$watch")" != none ] || return 0
    program cosigned FS='	' part=keys "$tmp/watchers.$watch" part=files \
        "$package/log/checkpoint" "$@" >"$tmp/sightings"
    program quorum FS='	' whose="$whose" size="$size" part=keys "$tmp/watchers.$watch" \
        part=groups "$tmp/groups.$watch" part=quorum "$tmp/quorum.$watch" \
        part=moments "$tmp/moments" part=sightings "$tmp/sightings" >"$tmp/watched"
}

compare_roots() {
    while IFS='	' read -r file count want name; do
        # A tree is signed under the name that the log had at its size.
        origin=$(awk -F '\t' -v n="$count" 'NR == 1 || $1 < n + 0 { name = $2 }
            END { print name }' "$tmp/names" 2>/dev/null)
        case $file in "$package"/*) file=${file#"$package"/} ;; esac
        case $file in
            checkpoints/*) [ "$file" = "checkpoints/$count.note" ] ||
                fails 8 "$file: is of size $count" ;;
            witnessed/*) [ "$file" = "witnessed/$count.note" ] ||
                fails 8 "$file: is of size $count" ;;
            "log entry "*) [ "$file" = "log entry $count" ] ||
                fails 8 "$file: goes on from a checkpoint of $count entries, not of all" ;;
        esac
        [ "$name" = "$origin" ] || fails 8 "$file: is of another log than $origin"
        if [ "$count" -gt "$size" ]; then
            fails 8 "$file: counts $count entries, but log/checkpoint only $size"
            continue
        fi
        found=$(awk -v n="$count" '$1 == n { print $2 }' "$tmp/roots")
        [ "$count" -ne 0 ] ||
            found=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        [ "$found" = "$want" ] ||
            fails 8 "$file: its root is not that of the first $count entries in log/tile/entries"
    done <"$tmp/checkpoints"
}

conclude_log() {
    former=$(wc -l <"$tmp/checkpoints.former")
    text="$entries entries rebuilt to the signed root, $tiles hash tiles, $((former)) former\
 checkpoints and all proofs agree"
    [ ! -s "$tmp/watched" ] || text="$text; $(cat "$tmp/watched")"
    case $stamps/$tsa in
        0/*) ;;
        */) text="$text; $stamps time stamps not looked at without --tsa" ;;
        *) text="$text; $stamps time stamps of your authorities" ;;
    esac
    if [ -n "$policy$held" ]; then
        [ -z "$policy" ] || text="$text; signed by the key of your policy"
        [ -z "$held" ] || text="$text; your checkpoint is a beginning of this log"
        [ -n "$held" ] || text="$text; a tail cut off would show only with --checkpoint"
        [ "$watch" = own ] || text="$text; no witness of a policy of yours is asked for"
        checked 8 "$text"
    else
        unknown 8 "$text, but without --policy or --checkpoint of your own nobody can tell\
 whether others were shown another log"
    fi
}

# ---------------------------------------------------------- 8. when, by others' clocks

write_stamp_program() {
    cat >"$tmp/stamped.awk" <<'EOF'
# Reads what `openssl ts -reply -text` says; prints the seconds since 1970 of the stamp,
# or nothing for one that is not by SHA-256. Operand `moments` comes first.
part == "moments" { split($0, words, "\t"); MOMENT[words[1]] = words[2]; next }
/^Hash Algorithm: / { digest = $3 }
/^Time stamp: / {
    month = index("JanFebMarAprMayJunJulAugSepOctNovDec", $3)
    split($5, clock, ":")
    if (month % 3 != 1 || $7 != "GMT" || $6 !~ /^[12][0-9][0-9][0-9]$/) next
    at = ((days($6 + 0, (month + 2) / 3, $4 + 0) * 24 + clock[1]) * 60 + clock[2]) * 60 \
        + int(clock[3])
}
END {
    if (digest != "sha256" || at == "") exit
    if (size in MOMENT && at < micros(MOMENT[size]) / 1000000 - 60)
        finding(8, "FAILS", file ": is before the last of the " size " entries, of " \
            MOMENT[size] ", was there: back-dated")
    printf "%.0f\n", at
}
EOF
}

# Every time stamp is over the bytes of its former checkpoint, by an authority under the
# regulator's roots, whose certificate had not ended then.
check_stamps() {
    stamps=0
    while IFS= read -r file; do
        case $file in stamps/*) ;; *) continue ;; esac
        on=${file#stamps/}
        on=${on%%.*}
        case $on/$file in
            0* | *[!0-9]*/stamps/*) name=no ;;
            [1-9]*/stamps/*.?*.tsr) name=yes ;;
            *) name=no ;;
        esac
        [ "$name" = yes ] || {
            fails 8 "$file: has a name that no time stamp has"
            continue
        }
        stamps=$((stamps + 1))
        [ -z "$tsa" ] || check_stamp "$file" "checkpoints/$on.note" "$on"
    done <"$tmp/files"
    [ "$stamps" -gt 0 ] || [ -z "$tsa" ] || unknown 8 "no time stamp of your authorities"
}

check_stamp() {
    present "$2" || { fails 8 "$1: $2, which it is on, is missing" && return 0; }
    openssl ts -reply -in "$package/$1" -text >"$tmp/stamp" 2>/dev/null ||
        { fails 8 "$1: no time stamp" && return 0; }
    at=$(program stamped file="$1" size="$3" part=moments "$tmp/moments" part=stamp \
        "$tmp/stamp")
    case $at in
        '' | *[!0-9]*) fails 8 "$1: no time stamp by SHA-256" && return 0 ;;
    esac
    openssl ts -verify -data "$package/$2" -in "$package/$1" -CAfile "$tsa" \
        -attime "$at" >/dev/null 2>&1 ||
        fails 8 "$1: not over $2, or not by an authority under your roots at its time"
}

# ------------------------------------------------------------------ 8. who has seen it

write_witness_programs() {
    cat >"$tmp/cosigned.awk" <<'EOF'
# The lines of witnesses under each checkpoint: a signature job and a row for each: size,
# number of the key, seconds, file. Operand `keys` comes first.
part == "keys" { KEY[$2 "\t" $3] = $1; next }
FNR == 1 && raw != "" { take() }
{ if (FNR == 1) { raw = ""; file = FILENAME } raw = raw $0 "\n" }
END { if (raw != "") take() }

function take(   lines, k, key, time, path) {
    sub(/^.*\/witnessed\//, "witnessed/", file)
    sub(/^.*\/log\/checkpoint$/, "log/checkpoint", file)
    if (note(raw) != "" || split(N_TEXT, lines, "\n") != 4) return
    number++
    for (k = 1; k <= N_COUNT; k++) {
        if (!((N_NAME[k] "\t" N_ID[k]) in KEY)) continue
        key = KEY[N_NAME[k] "\t" N_ID[k]]
        time = length(N_SIG[k]) == 144 ? seconds(substr(N_SIG[k], 1, 16)) : 0
        if (!time) {
            finding(8, "FAILS", file ": the cosignature of " N_NAME[k] \
                " has no time from 1970 to 9999, or another length")
            continue
        }
        path = TMP "/note/w" number "." k
        write_file(path, bytes(substr(N_SIG[k], 17)))
        write_file(path ".text", "cosignature/v1\ntime " sprintf("%.0f", time) "\n" N_TEXT)
        print "ed25519\t" TMP "/log/" key ".pem\t" path "\t" path ".text\t8\t" file \
            ": the cosignature of " N_NAME[k] " does not fit" >>(TMP "/jobs")
        print lines[2] "\t" key "\t" sprintf("%.0f", time) "\t" file
    }
}

# Eight bytes as a number; 0 for none that is a time until the year 9999.
function seconds(hex,   k, n) {
    if (substr(hex, 1, 6) != "000000") return 0
    n = 0
    for (k = 7; k <= 16; k++) n = n * 16 + index("0123456789abcdef", substr(hex, k, 1)) - 1
    return n > 253402300799 ? 0 : n
}
EOF
    cat >"$tmp/quorum.awk" <<'EOF'
# Who has seen which tree and when, whether that can be, and the largest tree that enough
# of them have seen. Prints what is established; else a finding says what is not.
part == "keys" { CALLED[$1] = $5; NAME[$1] = $2; of++; next }
part == "groups" { GROUP[++groups] = $1; WANT[groups] = $2 + 0; MEMBERS[groups] = $3; next }
part == "quorum" { quorum = $1; next }
part == "moments" { MOMENT[$1] = $2; next }
{
    AT[++rows] = $1 + 0; BY[rows] = $2; TIME[rows] = $3 + 0; FILE[rows] = $4
    SAW[$1, $2] = 1
    SIZES[$1] = 1
}
END {
    for (r = 1; r <= rows; r++) judge_time(r)
    best = -1
    for (n in SIZES) if (n + 0 > best && is_met(n)) best = n + 0
    if (best < 0)
        finding(8, whose == "your policy" ? "FAILS" : "UNKNOWN", \
            "log/checkpoint: no tree of this log has the quorum " quorum " of " whose)
    else if (best < size + 0)
        finding(8, "UNKNOWN", "the last " size - best " entries have no quorum of " whose \
            "; " best " have")
    else {
        is_met(best)
        print seen " of " of " witnesses of " whose " have cosigned these " best " entries"
    }
}

function judge_time(r,   q) {
    if (AT[r] in MOMENT && TIME[r] < micros(MOMENT[AT[r]]) / 1000000 - 60)
        finding(8, "FAILS", FILE[r] ": " NAME[BY[r]] " says to have seen " AT[r] \
            " entries before the last of them, of " MOMENT[AT[r]] ", was there: back-dated")
    for (q = 1; q <= rows; q++)
        if (BY[q] == BY[r] && AT[q] < AT[r] && TIME[q] > TIME[r]) {
            finding(8, "FAILS", FILE[r] ": " NAME[BY[r]] " says to have seen " AT[r] \
                " entries, and " AT[q] " only later")
            return
        }
}

function is_met(n,   met, c, g, k, members, count) {
    split("", met)
    seen = 0
    for (c in CALLED) if ((n, c) in SAW) { met[CALLED[c]] = 1; seen++ }
    for (g = 1; g <= groups; g++) {
        count = 0
        split(MEMBERS[g], members, " ")
        for (k in members) count += members[k] in met
        if (count >= WANT[g]) met[GROUP[g]] = 1
    }
    return quorum in met
}
EOF
}

# ----------------------------------------------------------------------------- the table

write_table_program() {
    cat >"$tmp/table.awk" <<'EOF'
BEGIN {
    split("Certificates lead to your root|Order signatures|Scope is the mandate's|Nothing" \
        " allowed exceeds the scope|Decisions follow from the rules|Baseline before the first" \
        " live order|Incident procedure|Log not rewritten, one for all|Nothing reached a venue" \
        " another way|No order is missing", TITLE, "|")
    TITLE[0] = "Files as listed"
}
{
    text = $0
    sub(/^[^\t]*\t[^\t]*\t/, "", text)
    split($0, words, "\t")
    q = words[1]
    if (words[2] == "CHECKED") { DONE[q] = DONE[q] (DONE[q] == "" ? "" : "; ") text; next }
    if (++COUNT[q, words[2]] == 1) TEXT[q, words[2]] = text
    if (words[2] == "FAILS") ALL[++n] = sprintf("%5s  %s", q ? "Q" q : "files", text)
}
END {
    for (q = 0; q <= 10; q++) {
        verdict = "HOLDS"
        line = DONE[q]
        if (line == "") { verdict = "UNKNOWN"; line = "not reached" }
        if (COUNT[q, "UNKNOWN"]) { verdict = "UNKNOWN"; line = TEXT[q, "UNKNOWN"] }
        if (COUNT[q, "FAILS"]) {
            verdict = "FAILS"
            line = TEXT[q, "FAILS"]
            if (COUNT[q, "FAILS"] > 1) line = line " (and " COUNT[q, "FAILS"] - 1 " more)"
        }
        TOTAL[verdict]++
        printf "%5s  %-7s  %-37s  %s\n", q ? "Q" q : "files", verdict, TITLE[q], line
    }
    if (n > 1) print "\nEverything that FAILS:"
    for (k = 1; k <= n && n > 1 && k <= shown; k++) print ALL[k]
    if (n > shown) print "  ... and " n - shown " more"
    verdict = TOTAL["FAILS"] ? "FAILS" : TOTAL["UNKNOWN"] ? "UNKNOWN" : "HOLDS"
    code = TOTAL["FAILS"] ? 1 : TOTAL["UNKNOWN"] ? 3 : 0
    printf "\n%s: %d HOLDS, %d FAILS, %d UNKNOWN (exit %d)\n", verdict, TOTAL["HOLDS"], \
        TOTAL["FAILS"], TOTAL["UNKNOWN"], code
    exit code
}
EOF
}

print_table() {
    printf 'package  %s\nlog      %s\nclock    %s\n\n' "$package" \
        "$(cat "$tmp/origin" 2>/dev/null)" "$(cat "$tmp/clock" 2>/dev/null)" | printable
    program table shown="$FINDINGS_SHOWN" "$tmp/findings" >"$tmp/table"
    code=$?
    printable <"$tmp/table"
    return "$code"
}

# --------------------------------------------------------------------------------- main

write_programs() {
    write_library
    write_sums_program
    write_text_program
    write_policy_program
    write_checkpoint_program
    write_witness_programs
    write_stamp_program
    write_split_programs
    write_tree_programs
    write_certificate_programs
    write_judge_program
    write_beside_programs
    write_table_program
}

is_partial() {
    [ -e "$package/partial.json" ] || [ -L "$package/partial.json" ]
}

# A part has hashes where this script needs entries: nothing that it could ask is there.
say_nothing_of_a_part() {
    for question in 0 1 2 3 4 5 6 7 8 9 10; do
        unknown "$question" "partial.json: only a part of a log; this script asks about whole ones"
    done
}

read_root() {
    openssl x509 -in "$root" -out "$tmp/root.pem" 2>/dev/null ||
        die 2 "--root $root: no certificate in PEM"
    openssl x509 -in "$tmp/root.pem" -outform DER -out "$tmp/root.der"
}

check_log() {
    if ! read_size; then
        fails 8 "log/checkpoint: missing, or without a size above zero"
        return 0
    fi
    if [ "$size" -gt "$ENTRIES_MAX" ]; then
        unknown 8 "log/checkpoint: $size entries; this script stops at $ENTRIES_MAX"
        return 0
    fi
    split_entries || return 0
    build_levels
    read_certificates
    judge_statements
    check_chains
    choose_log_keys
    check_checkpoints
    check_stamps
    check_tiles
    check_beside
    check_texts
    check_signatures
    conclude_log
}

main() {
    read_arguments "$@"
    require_tools
    find_package
    make_folder
    write_programs
    read_root
    started=$(date +%s)
    if is_partial; then
        say_nothing_of_a_part
    else
        check_files
        check_log
    fi
    print_table
    code=$?
    printf 'verify.sh: %s signatures, %s s\n' "${signatures:-0}" \
        "$(($(date +%s) - started))" >&2
    return "$code"
}

main "$@"

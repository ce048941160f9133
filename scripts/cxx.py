"""Reads C and C++ as far as the house rules need it: comments, includes, scopes, functions.

No parser: text is taken apart at braces and semicolons, which is enough for code that a formatter has
gone over. Lines count from 1.
"""

import dataclasses
import re

LITERAL_OR_COMMENT = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | R"(?P<fence>[^(\s]*)\(.*?\)(?P=fence)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'""", re.S | re.X)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)', re.M)


@dataclasses.dataclass
class Item:
    """A function, type or other declaration at namespace or class scope."""
    kind: str          # "function" (with a body), "type" (with a body), "declaration"
    head: str          # its text up to the body, on one line
    first: int         # line of its first token
    last: int          # line of its end
    scopes: tuple      # ("namespace weir", "struct sink", ...), outermost first
    public: bool       # not behind private: or protected:


class Source:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.comment_lines = set()
        self.code = self._blank(text)
        self.includes = [(text.count("\n", 0, at.start()) + 1, at[1], at[2])
                         for at in INCLUDE.finditer(text) if self._live(at.start(1))]
        self._items = None

    @property
    def items(self):
        if self._items is None:
            self._items = list(Reader(self.code).items())
        return self._items

    def functions(self):
        return [item for item in self.items if item.kind == "function"]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def _live(self, offset):
        return self.line_of(offset) not in self.comment_lines

    def _blank(self, text):
        """Comments, literals and directives as spaces, so that offsets and lines stay."""
        def blank(match):
            if match["comment"]:
                first = text.count("\n", 0, match.start()) + 1
                self.comment_lines.update(range(first, first + match[0].count("\n") + 1))
                return re.sub(r"[^\n]", " ", match[0])
            inside = re.sub(r"[^\n]", " ", match[0][1:-1])
            return match[0][0] + inside + match[0][-1]
        code = LITERAL_OR_COMMENT.sub(blank, text)
        return PREPROCESSOR.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code)


TYPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:requires\b.*)?(?:typedef\s+)?(class|struct|union|enum)\b(?!.*\)\s*$)")
NAMESPACE = re.compile(r"^(?:inline\s+)?namespace\b|^extern\b\s*\"[^\"]*\"\s*$")
TAIL = (r"(?:const|volatile|noexcept(?:\s*\([^)]*\))?|override|final|mutable|try|&&?"
        r"|->[^;]*|requires\b[^;]*|__attribute__\s*\(\(.*?\)\)|\s)*")
SIGNATURE = re.compile(r"\)" + TAIL + r"$", re.S)
INITIALIZERS = re.compile(r"\)" + TAIL + r":(?!:)(.*)$", re.S)


class Reader:
    """Walks the braces of one file."""

    def __init__(self, code):
        self.code = code
        self.stack = []       # (kind, scope name, head, first line, public before)
        self.public = True
        self.start = 0        # where the current head begins

    def items(self):
        for match in re.finditer(r"[{};]|(?<!:):(?!:)", self.code):
            mark = match[0]
            if mark == "{":
                self._open(match)
            elif mark == "}":
                yield from self._close(match)
            elif mark == ";":
                yield from self._end(match)
            else:
                self._colon(match)

    def _kind(self):
        return self.stack[-1][0] if self.stack else "scope"

    def _head(self, end):
        """Text and first line of what stands between the last border and end."""
        raw = self.code[self.start:end]
        lead = len(raw) - len(raw.lstrip())
        line = self.code.count("\n", 0, self.start + lead) + 1
        return re.sub(r"\s+", " ", raw.strip()), line

    def _open(self, match):
        head, line = self._head(match.start())
        kind = "body" if self._kind() in ("body", "function") else classify(head)
        self.stack.append((kind, head, line, self.public))
        if kind in ("scope", "type"):
            self.public = not re.match(r"(?:template\s*<.*>\s*)?class\b", head)
        if kind != "value":
            self.start = match.end()

    def _close(self, match):
        if not self.stack:
            return
        kind, head, line, self.public = self.stack.pop()
        if kind in ("function", "type"):
            yield Item(kind, head, line, self._line(match), self._scopes(), self.public)
        if kind != "value":
            self.start = match.end()

    def _end(self, match):
        if self._kind() == "value":
            return
        head, line = self._head(match.start())
        if head and self._kind() in ("scope", "type"):
            yield Item("declaration", head, line, self._line(match), self._scopes(), self.public)
        self.start = match.end()

    def _colon(self, match):
        """An access label ends a head; any other colon belongs to one."""
        if self._kind() != "type":
            return
        head, _ = self._head(match.start())
        if head in ("public", "private", "protected"):
            self.public = head == "public"
            self.start = match.end()

    def _line(self, match):
        return self.code.count("\n", 0, match.start()) + 1

    def _scopes(self):
        return tuple(head for kind, head, _, _ in self.stack)


def classify(head):
    """What a brace after this head opens: scope, type, function or value (an initializer)."""
    if NAMESPACE.search(head) or not head:
        return "scope" if head else "value"
    if head.count("(") > head.count(")"):  # a lambda or a value among the arguments of a call
        return "value"
    if TYPE.search(head):
        return "type"
    if INITIALIZERS.search(head):  # "X(int a) : a_{a}, b_(1)": a brace after a name initializes a member
        return "value" if re.search(r"[\w>]$", head) else "function"
    if SIGNATURE.search(head) and not re.search(r"=\s*\[", head):
        return "function"
    return "value"

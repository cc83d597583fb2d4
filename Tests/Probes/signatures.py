"""C programs of functions with given signatures: each is called as it is, and
through probes, with the same random arguments; all must see and return the same."""

import random

LETTERS = {
    "c": "char", "b": "signed char", "B": "unsigned char", "?": "_Bool", "h": "short", "H": "unsigned short", "i": "int", "I": "unsigned int",
    "l": "long", "L": "unsigned long", "q": "long long", "Q": "unsigned long long", "n": "ssize_t", "N": "size_t", "f": "float", "d": "double",
    "g": "long double", "P": "void *", "Zf": "float _Complex", "Zd": "double _Complex", "Zg": "long double _Complex"}
# The bytes that have the value; the others of a long double are padding.
VALUE_BYTES = {"g": 10, "?": 1}

SHAPES = [
    "v()", *(f"{letter}()" for letter in LETTERS), *(f"v({letter})" for letter in LETTERS), *(f"{letter}({letter}{letter})" for letter in LETTERS),
    # More than there are registers for, of each kind and of all.
    "i(8i)", "l(20l)", "d(8d)", "d(20d)", "f(9f)", "i(bBhHiIlLqQ)", "d(fdfdfdfdfd)", "P(iPdfPldibPPPPdddddddd)", "g(gigigi)", "Zd(ZdZdZdZdZd)",
    "c(20c)", "?(20?)", "h(3h9dh)", "Q(7Qf7Q)", "v(127i)", "v(127d)",
    # Structures in one register, in two, of mixed kinds, in memory.
    *(f"T{{{n}c}}(T{{{n}c}}iT{{{n}c}})" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 32, 33, 100)),
    *(f"T{{{inner}}}(T{{{inner}}}d)" for inner in (
        "i", "ii", "iii", "iiii", "iiiii", "f", "ff", "fff", "ffff", "fffff", "d", "dd", "ddd", "id", "di", "if", "fi", "fd", "df", "ifi", "ffi", "iff",
        "cd", "cf", "lf", "fl", "Pd", "hf", "qq", "qqq", "PP", "gg", "gi", "dg", "Zf", "Zd", "fZf", "Zff", "iZf", "?", "?f", "bhiq", "qihb",
        "T{i}", "T{T{f}}", "T{if}f", "iT{fi}", "3T{i}", "2T{hc}", "2f", "3f", "2T{2f}", "cT{cT{cT{c}}}", "hT{hd}")),
    "T{dd}(T{dd}T{dd}T{dd}T{dd}T{dd})", "T{qq}(qqqqqT{qq}T{qq}q)", "T{qd}(7dT{qd}T{qd}5qT{qd}T{qd})", "v(T{3q}T{c}T{17c}iT{g})", "T{64q}(T{64q}T{64q})",
    # A structure of two kinds in the last general register: libffi overwrites xmm0 then.
    *(f"{result}(d{'q' * numbers}T{{{halves}}}d)" for halves in ("qd", "if", "iff", "hf", "qf", "dq", "qq", "cZf") for numbers in (4, 5, 6) for result in ("v", "T{3q}", "T{qd}")),
    "T{3d}(dT{3d}qT{3d})", "P(PT{PP}PT{3P}P)",
]


def parse(text):
    """Result and arguments, as trees: a letter, or ("T", [(count, tree), …])."""
    at = 0

    def one():
        nonlocal at
        start = at
        at += 1
        if text[start] == "Z":
            at += 1
            return text[start:at]
        if text[start] != "T":
            return text[start]
        at += 1
        members = []
        while text[at] != "}":
            members.append(counted())
        at += 1
        return ("T", tuple(members))

    def counted():
        nonlocal at
        start = at
        while text[at].isdigit():
            at += 1
        count = int(text[start:at] or 0)
        return count, one()

    result = one()
    arguments = []
    at += 1
    while text[at] != ")":
        count, kind = counted()
        arguments += [kind] * max(1, count)
    return result, arguments


def shape(dice, depth=0):
    """A random type."""
    if depth < 3 and dice.random() < (0.25 if depth == 0 else 0.12):
        members = "".join(shape(dice, depth + 1) if dice.random() < 0.8 else f"{dice.randint(1, 5)}{shape(dice, depth + 1)}" for _ in range(dice.choice((1, 1, 2, 2, 3, 4, 6))))
        return f"T{{{members}}}"
    return dice.choice(list(LETTERS) + ["i", "l", "d", "f", "P", "h", "c"])


def random_signature(dice):
    result = "v" if dice.random() < 0.1 else shape(dice)
    count = dice.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 14))
    return f"{result}({''.join(shape(dice) for _ in range(count))})"


def random_signatures(count, seed):
    dice = random.Random(seed)
    return [random_signature(dice) for _ in range(count)]


class Source:
    """The C source of functions with these signatures."""

    def __init__(self, signatures):
        self.structs = {}
        self.lines = ['#include "shapes.h"', ""]
        functions = [self.function(index, text) for index, text in enumerate(signatures)]
        rows = ",\n".join(f'    {{"{text}", (tel_function)target_{index}, call_{index}}}' for index, text in enumerate(signatures))
        self.lines += [*functions, "", f"const shape shapes[] = {{\n{rows}\n}};", "const size_t shape_count = sizeof shapes / sizeof *shapes;", ""]

    @property
    def text(self):
        return "\n".join(self.lines)

    def name(self, tree):
        """The type in C, made first if it is a structure."""
        if isinstance(tree, str):
            return LETTERS[tree]
        if tree not in self.structs:
            members = [(count, self.name(kind), kind) for count, kind in tree[1]]
            name = self.structs[tree] = f"s{len(self.structs)}"
            fields = " ".join(f"{kind} m{at}{f'[{count}]' if count else ''};" for at, (count, kind, _) in enumerate(members))
            self.lines.append(f"typedef struct {{ {fields} }} {name};")
            for verb in ("fill", "note"):
                body = " ".join(self.each(verb, f"of->m{at}", kind, count) for at, (count, _, kind) in enumerate(members))
                self.lines.append(f"static void {verb}_{name}({name} *of) {{ {body} }}")
        return self.structs[tree]

    def each(self, verb, place, kind, count=0):
        if count:
            return f"for (int i = 0; i < {count}; i++) {{ {self.each(verb, place + '[i]', kind)} }}"
        if not isinstance(kind, str):
            return f"{verb}_{self.name(kind)}(&{place});"
        if kind == "Zg":
            return f"{verb}(&{place}, 10); {verb}((char *)&{place} + sizeof(long double), 10);"
        call = f"{verb}(&{place}, {VALUE_BYTES.get(kind, f'sizeof {place}')});"
        return call + (f" tame(&{place});" if kind == "?" and verb == "fill" else "")

    def function(self, index, text):
        result, arguments = parse(text)
        names = [self.name(kind) for kind in arguments]
        returned = "void" if result == "v" else self.name(result)
        parameters = ", ".join(f"{name} a{at}" for at, name in enumerate(names)) or "void"
        seen = " ".join(self.each("note", f"a{at}", kind) for at, kind in enumerate(arguments))
        filled = " ".join(f"{name} a{at}; " + self.each("fill", f"a{at}", kind) for at, (name, kind) in enumerate(zip(names, arguments)))
        given = ", ".join(f"a{at}" for at in range(len(names)))
        call = f"(({returned} (*)({', '.join(names) or 'void'}))f)({given});"
        if result == "v":
            back, made = call, ""
        else:
            back = f"{returned} r = {call} called(); {self.each('note', 'r', result)}"
            made = f"{returned} r; {self.each('fill', 'r', result)} errno = (int)(seen & 63); return r;"
        return (f"static {returned} target_{index}({parameters}) {{ {seen} {made or 'errno = (int)(seen & 63);'} }}\n"
                f"static void call_{index}(tel_function f) {{ {filled} {back} {'called();' if result == 'v' else ''} }}")

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tables.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

/* ---- What differs between machines ---------------------------------------- */

#if defined __x86_64__

void unwind_start(unwind_registers *is, const void *context) {
    static const unsigned char order[UNWIND_REGISTERS] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
                                                          REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
    for (int at = 0; at < UNWIND_REGISTERS; at++) is->value[at] = (uintptr_t)registers[order[at]];
}

bool unwind_return(unwind_registers *is) {
    memcpy(&is->value[UNWIND_PC], (const void *)is->value[UNWIND_STACK], sizeof is->value[0]);
    is->value[UNWIND_STACK] += sizeof is->value[0];
    return true;
}

/* The kernel's frame: what the handler returns to, a ucontext with one word of
 * signals, the siginfo. */
int unwind_signal(uintptr_t stack) {
    int signal;
    memcpy(&signal, (const char *)stack + offsetof(ucontext_t, uc_sigmask) + sizeof(uint64_t), sizeof signal);
    return signal;
}

#elif defined __aarch64__

void unwind_start(unwind_registers *is, const void *context) {
    const mcontext_t *machine = &((const ucontext_t *)context)->uc_mcontext;
    for (int at = 0; at <= UNWIND_LINK; at++) is->value[at] = machine->regs[at];
    is->value[UNWIND_STACK] = machine->sp;
    is->value[UNWIND_PC] = machine->pc;
}

bool unwind_return(unwind_registers *is) {
    is->value[UNWIND_PC] = is->value[UNWIND_LINK];
    return true;
}

/* The kernel's frame begins with the siginfo. */
int unwind_signal(uintptr_t stack) {
    int signal;
    memcpy(&signal, (const char *)stack, sizeof signal);
    return signal;
}

#else

void unwind_start(unwind_registers *is, const void *context) {
    (void)context;
    memset(is, 0, sizeof *is);
}
bool unwind_return(unwind_registers *is) { return (void)is, false; }
int unwind_signal(uintptr_t stack) { return (void)stack, 0; }

#endif

/* ---- Reading --------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *at, *end;
} reader;

static uint64_t fixed(reader *from, unsigned bytes) {
    uint64_t value = 0;
    if ((size_t)(from->end - from->at) < bytes) {
        from->at = from->end;
        return 0;
    }
    memcpy(&value, from->at, bytes);
    from->at += bytes;
    return value;
}

static uint64_t leb(reader *from, bool is_signed) {
    uint64_t value = 0;
    unsigned shift = 0;
    while (from->at < from->end) {
        uint8_t byte = *from->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (byte & 0x80) continue;
        if (is_signed && (byte & 0x40) && shift < 64) value |= ~(uint64_t)0 << shift;
        break;
    }
    return value;
}

/* DW_EH_PE: the lower half says how it is written, the upper what it counts from. */
static uint64_t encoded(reader *from, uint8_t encoding, uintptr_t base) {
    uintptr_t here = (uintptr_t)from->at;
    uint64_t value;
    switch (encoding & 0x0f) {
    case 0x00: value = fixed(from, sizeof(uintptr_t)); break;
    case 0x01: value = leb(from, false); break;
    case 0x02: value = fixed(from, 2); break;
    case 0x03: value = fixed(from, 4); break;
    case 0x04: case 0x0c: value = fixed(from, 8); break;
    case 0x09: value = leb(from, true); break;
    case 0x0a: value = (uint64_t)(int64_t)(int16_t)fixed(from, 2); break;
    case 0x0b: value = (uint64_t)(int64_t)(int32_t)fixed(from, 4); break;
    default: from->at = from->end; return 0;
    }
    if ((encoding & 0x70) == 0x10) value += here;
    if ((encoding & 0x70) == 0x30) value += base;
    return value;
}

static reader entry_at(const uint8_t *at) {
    uint32_t length;
    memcpy(&length, at, 4);
    /* The end, or one of more than 4 GiB. */
    if (length == 0 || length > 0xfffffff0u) return (reader){at, at};
    return (reader){at + 4, at + 4 + length};
}

/* ---- Which function -------------------------------------------------------- */

/* .eh_frame_hdr: a table of functions, sorted. Linkers write it one way. */
static const uint8_t *search(const uint8_t *table, uintptr_t pc) {
    if (table[0] != 1 || table[2] != 0x03 || table[3] != 0x3b) return NULL;
    reader from = {table + 4, table + 16};
    encoded(&from, table[1], (uintptr_t)table);
    uint32_t count = (uint32_t)fixed(&from, 4), low = 0, high = count;
    const uint8_t *rows = from.at;
    if (count == 0) return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        int32_t start;
        memcpy(&start, rows + 8 * (size_t)middle, 4);
        if ((uintptr_t)table + (uintptr_t)(intptr_t)start <= pc) low = middle;
        else high = middle;
    }
    int32_t offset;
    memcpy(&offset, rows + 8 * (size_t)low + 4, 4);
    return table + offset;
}

/* ---- Its rules ------------------------------------------------------------- */

typedef struct rule {
    /* UNDEFINED only for the return address: nobody called. */
    enum kind { SAME, UNDEFINED, AT_OFFSET, IS_OFFSET, IN_REGISTER, AT_EXPRESSION, IS_EXPRESSION } kind;
    union {
        int64_t number;
        const uint8_t *expression;
    };
} rule;

typedef struct rules {
    uint64_t cfa_register;
    int64_t cfa_offset;
    const uint8_t *cfa_expression; /* NULL: register and offset */
    rule of[UNWIND_REGISTERS];
} rules;

#define MOST_REMEMBERED 4

typedef struct program {
    uint64_t code_unit;
    int64_t data_unit;
    uint8_t encoding;
    uintptr_t start, pc, table;
    rules initial, remembered[MOST_REMEMBERED];
    unsigned depth;
} program;

/* One thread at a time unwinds, and alternate stacks may be small. */
static program how;

static void set(rules *now, uint64_t number, enum kind kind, int64_t value) {
    if (number >= UNWIND_REGISTERS) return;
    now->of[number].kind = kind;
    now->of[number].number = value;
}

static const uint8_t *block(reader *from) {
    const uint8_t *start = from->at;
    uint64_t length = leb(from, false);
    from->at = length > (uint64_t)(from->end - from->at) ? from->end : from->at + length;
    return start;
}

/* Runs instructions up to those for `pc`. False: there is one that is unknown. */
static bool run(reader from, rules *now) {
    uintptr_t here = how.start;
    while (from.at < from.end && here <= how.pc) {
        uint8_t code = *from.at++;
        uint64_t low = code & 0x3f, number;
        switch (code & 0xc0) {
        case 0x40: here += low * how.code_unit; continue;
        case 0x80: set(now, low, AT_OFFSET, (int64_t)leb(&from, false) * how.data_unit); continue;
        case 0xc0:
            if (low < UNWIND_REGISTERS) now->of[low] = how.initial.of[low];
            continue;
        }
        switch (code) {
        case 0x00: break; /* DW_CFA_nop */
        case 0x01: here = encoded(&from, how.encoding, how.table); break;
        case 0x02: here += fixed(&from, 1) * how.code_unit; break;
        case 0x03: here += fixed(&from, 2) * how.code_unit; break;
        case 0x04: here += fixed(&from, 4) * how.code_unit; break;
        case 0x05: number = leb(&from, false), set(now, number, AT_OFFSET, (int64_t)leb(&from, false) * how.data_unit); break;
        case 0x06:
            number = leb(&from, false);
            if (number < UNWIND_REGISTERS) now->of[number] = how.initial.of[number];
            break;
        case 0x07: set(now, leb(&from, false), UNDEFINED, 0); break;
        case 0x08: set(now, leb(&from, false), SAME, 0); break;
        case 0x09: number = leb(&from, false), set(now, number, IN_REGISTER, (int64_t)leb(&from, false)); break;
        case 0x0a:
            if (how.depth == MOST_REMEMBERED) return false;
            how.remembered[how.depth++] = *now;
            break;
        case 0x0b:
            if (how.depth == 0) return false;
            *now = how.remembered[--how.depth];
            break;
        case 0x0c: now->cfa_register = leb(&from, false), now->cfa_offset = (int64_t)leb(&from, false), now->cfa_expression = NULL; break;
        case 0x0d: now->cfa_register = leb(&from, false), now->cfa_expression = NULL; break;
        case 0x0e: now->cfa_offset = (int64_t)leb(&from, false), now->cfa_expression = NULL; break;
        case 0x0f: now->cfa_expression = block(&from); break;
        case 0x10: case 0x16: {
            number = leb(&from, false);
            const uint8_t *expression = block(&from);
            if (number < UNWIND_REGISTERS) {
                now->of[number].kind = code == 0x10 ? AT_EXPRESSION : IS_EXPRESSION;
                now->of[number].expression = expression;
            }
            break;
        }
        case 0x11: number = leb(&from, false), set(now, number, AT_OFFSET, (int64_t)leb(&from, true) * how.data_unit); break;
        case 0x12: now->cfa_register = leb(&from, false), now->cfa_offset = (int64_t)leb(&from, true) * how.data_unit, now->cfa_expression = NULL; break;
        case 0x13: now->cfa_offset = (int64_t)leb(&from, true) * how.data_unit, now->cfa_expression = NULL; break;
        case 0x14: number = leb(&from, false), set(now, number, IS_OFFSET, (int64_t)leb(&from, false) * how.data_unit); break;
        case 0x15: number = leb(&from, false), set(now, number, IS_OFFSET, (int64_t)leb(&from, true) * how.data_unit); break;
        case 0x2d: break; /* aarch64 signs return addresses from here on; they are stripped always */
        case 0x2e: leb(&from, false); break;
        default: return false;
        }
    }
    return true;
}

#define MOST_OPERATIONS 256
#define MOST_OPERANDS 16

/* A DWARF expression, of the operations that unwind tables use. */
static bool evaluate(const uint8_t *expression, const unwind_registers *is, bool has_first, uintptr_t first, uintptr_t *result) {
    reader from = {expression, expression + 16};
    uint64_t length = leb(&from, false);
    from.end = from.at + length;
    uintptr_t stack[MOST_OPERANDS + 2] = {first};
    unsigned top = has_first;
    for (int turns = 0; from.at < from.end; turns++) {
        uint8_t code = *from.at++;
        if (turns == MOST_OPERATIONS || top >= MOST_OPERANDS) return false;
        if (code >= 0x30 && code <= 0x4f) {
            stack[top++] = code - 0x30u;
        } else if (code >= 0x70 && code <= 0x8f) {
            if (code - 0x70 >= UNWIND_REGISTERS) return false;
            stack[top++] = is->value[code - 0x70] + leb(&from, true);
        } else if (code == 0x06 || code == 0x23) {
            if (top < 1) return false;
            if (code == 0x23) stack[top - 1] += leb(&from, false);
            else memcpy(&stack[top - 1], (const void *)stack[top - 1], sizeof stack[0]);
        } else if (code >= 0x08 && code <= 0x11) {
            static const uint8_t forms[] = {0x02, 0x02, 0x02, 0x0a, 0x03, 0x0b, 0x04, 0x0c, 0x01, 0x09};
            if (code == 0x08) stack[top++] = fixed(&from, 1);
            else if (code == 0x09) stack[top++] = (uintptr_t)(intptr_t)(int8_t)fixed(&from, 1);
            else stack[top++] = encoded(&from, forms[code - 0x08], 0);
        } else if (code == 0x12) {
            if (top < 1) return false;
            stack[top] = stack[top - 1], top++;
        } else if (code == 0x96) {
            continue;
        } else {
            if (top < 2) return false;
            uintptr_t b = stack[--top], *a = &stack[top - 1];
            switch (code) {
            case 0x1a: *a &= b; break;
            case 0x1c: *a -= b; break;
            case 0x1e: *a *= b; break;
            case 0x21: *a |= b; break;
            case 0x22: *a += b; break;
            case 0x24: *a = b < 64 ? *a << b : 0; break;
            case 0x25: *a = b < 64 ? *a >> b : 0; break;
            case 0x29: *a = *a == b; break;
            case 0x2a: *a = (intptr_t)*a >= (intptr_t)b; break;
            case 0x2b: *a = (intptr_t)*a > (intptr_t)b; break;
            case 0x2c: *a = (intptr_t)*a <= (intptr_t)b; break;
            case 0x2d: *a = (intptr_t)*a < (intptr_t)b; break;
            case 0x2e: *a = *a != b; break;
            default: return false;
            }
        }
    }
    if (top == 0) return false;
    *result = stack[top - 1];
    return true;
}

static bool value_of(const rule *by, unsigned number, const unwind_registers *is, uintptr_t cfa, uintptr_t *value) {
    uintptr_t at = cfa;
    switch (by->kind) {
    case SAME: case UNDEFINED: *value = is->value[number]; return true;
    case AT_OFFSET: at += (uintptr_t)by->number; break;
    case IS_OFFSET: *value = cfa + (uintptr_t)by->number; return true;
    case IN_REGISTER:
        if ((uint64_t)by->number >= UNWIND_REGISTERS) return false;
        *value = is->value[by->number];
        return true;
    case AT_EXPRESSION:
        if (!evaluate(by->expression, is, true, cfa, &at)) return false;
        break;
    case IS_EXPRESSION: return evaluate(by->expression, is, true, cfa, value);
    }
    memcpy(value, (const void *)at, sizeof *value);
    return true;
}

unwind_outcome unwind_step(unwind_registers *is, uintptr_t pc, const void *table) {
    const uint8_t *found = search(table, pc);
    if (!found) return UNWIND_UNKNOWN;
    reader function = entry_at(found);
    const uint8_t *here = function.at;
    uint32_t back = (uint32_t)fixed(&function, 4);
    reader common = entry_at(here - back);
    if (back == 0 || fixed(&common, 4) != 0) return UNWIND_UNKNOWN;
    uint8_t version = (uint8_t)fixed(&common, 1);
    const char *augmentation = (const char *)common.at;
    size_t length = strnlen(augmentation, (size_t)(common.end - common.at));
    if (version != 1 && version != 3) return UNWIND_UNKNOWN;
    common.at += length + 1;

    how.depth = 0;
    how.encoding = 0;
    how.table = (uintptr_t)table;
    how.code_unit = leb(&common, false);
    how.data_unit = (int64_t)leb(&common, true);
    uint64_t return_register = version == 1 ? fixed(&common, 1) : leb(&common, false);
    bool is_signal = false, has_data = augmentation[0] == 'z';
    if (length > 0 && !has_data) return UNWIND_UNKNOWN;
    if (has_data) {
        reader data = common;
        uint64_t count = leb(&data, false);
        if (count > (uint64_t)(data.end - data.at)) return UNWIND_UNKNOWN;
        common.at = data.at + count;
        for (const char *letter = augmentation + 1; *letter; letter++) {
            if (*letter == 'R') how.encoding = (uint8_t)fixed(&data, 1);
            else if (*letter == 'L') fixed(&data, 1);
            else if (*letter == 'P') encoded(&data, (uint8_t)fixed(&data, 1) & 0x0f, 0);
            else if (*letter == 'S') is_signal = true;
            else if (*letter != 'B') return UNWIND_UNKNOWN;
        }
    }
    how.start = encoded(&function, how.encoding, how.table);
    uintptr_t size = encoded(&function, how.encoding & 0x0f, 0);
    if (pc - how.start >= size) return UNWIND_UNKNOWN;
    if (has_data) {
        uint64_t count = leb(&function, false);
        if (count > (uint64_t)(function.end - function.at)) return UNWIND_UNKNOWN;
        function.at += count;
    }
    if (return_register >= UNWIND_REGISTERS) return UNWIND_UNKNOWN;

    rules now = {0};
    how.pc = UINTPTR_MAX;
    if (!run(common, &now)) return UNWIND_UNKNOWN;
    how.initial = now;
    how.pc = pc;
    if (!run(function, &now)) return UNWIND_UNKNOWN;
    if (now.of[return_register].kind == UNDEFINED) return UNWIND_END;
    uintptr_t cfa;
    if (now.cfa_expression) {
        if (!evaluate(now.cfa_expression, is, false, 0, &cfa)) return UNWIND_UNKNOWN;
    } else {
        if (now.cfa_register >= UNWIND_REGISTERS) return UNWIND_UNKNOWN;
        cfa = is->value[now.cfa_register] + (uintptr_t)now.cfa_offset;
    }
    unwind_registers caller = *is;
    for (unsigned number = 0; number < UNWIND_REGISTERS; number++)
        if (!value_of(&now.of[number], number, is, cfa, &caller.value[number])) return UNWIND_UNKNOWN;
    if (now.of[UNWIND_STACK].kind == SAME) caller.value[UNWIND_STACK] = cfa;
    caller.value[UNWIND_PC] = caller.value[return_register];
#if defined __aarch64__
    caller.value[UNWIND_PC] &= (UINT64_C(1) << 48) - 1;
#endif
    *is = caller;
    return is_signal ? UNWIND_SIGNAL : UNWIND_CALLER;
}

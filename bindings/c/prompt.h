/*
 * tel/prompt.h - asks the user on the terminal whether reports may be sent.
 *
 *     #include <tel.h>
 *     #include <tel/prompt.h>
 *
 *     tel_prompt prompt = {
 *         .program = "Example Editor",
 *         .vendor = "example",
 *         .destination = "https://telemetry.example.org/",
 *         .privacy = "https://example.org/privacy",
 *         .text_version = "1",
 *     };
 *     tel_prompt_ask(&prompt);
 *
 * Call it after tel_open, where a question fits: it asks only when
 * tel_consent_should_ask says so, which is once for a destination and a version
 * of the text, and after some days of use. It reads and writes the terminal
 * itself and nothing else, so that piped input stays whole; it does not ask in
 * the background, nor when something has been typed ahead. No answer is no.
 *
 * A signal that the program handles ends the question without an answer.
 *
 * C99 or C++11, POSIX. Not from two threads at a time.
 */
#ifndef TEL_PROMPT_H
#define TEL_PROMPT_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <tel.h>

typedef struct tel_prompt {
    const char *program;       /* who asks, as the user knows it */
    const char *vendor;        /* that of tel_config */
    const char *destination;   /* the URL that reports would be sent to */
    const char *privacy;       /* the URL of a text that says what is in them */
    const char *text_version;  /* of that text; a new one asks again */
    int         seconds;       /* to wait for an answer; 0 means 30 */
} tel_prompt;

#define TEL_PROMPT_YES    1
#define TEL_PROMPT_NO     0    /* also no answer in time, and the end of input */
#define TEL_PROMPT_NOBODY (-1) /* nobody was asked, or nobody could answer: ask another time */

/* ---- What tel_prompt_ask is made of --------------------------------------- */

static inline int tel_prompt_put(int terminal, const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(terminal, text, left);
        if (written < 0) return 0;
        text += written;
        left -= (size_t)written;
    }
    return 1;
}

/* The terminal is this process's to use: it is not in the background. */
static inline int tel_prompt_is_ours(int terminal) { return tcgetpgrp(terminal) == getpgrp(); }

/* y or yes, in any case, and nothing else in the line. */
static inline int tel_prompt_is_yes(const char *line, size_t length) {
    static const char yes[] = "yes";
    size_t at;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r' || line[length - 1] == ' ')) length--;
    while (length > 0 && *line == ' ') line++, length--;
    if (length != 1 && length != 3) return 0;
    for (at = 0; at < length; at++)
        if ((line[at] | 0x20) != yes[at]) return 0;
    return 1;
}

/* Waits for a line. */
static inline int tel_prompt_answer(int terminal, int seconds) {
    struct pollfd ready = {terminal, POLLIN, 0};
    char line[256];
    ssize_t got;
    int turns = 0;
    for (;;) {
        int status = poll(&ready, 1, 100);
        if (status < 0 || !tel_prompt_is_ours(terminal)) return TEL_PROMPT_NOBODY;
        if (status > 0) break;
        if (++turns / 10 >= seconds) {
            tcflush(terminal, TCIFLUSH); /* half an answer is nobody else's input */
            tel_prompt_put(terminal, "\nNo answer: nothing is sent.\n");
            return TEL_PROMPT_NO;
        }
    }
    if (ready.revents & (POLLERR | POLLNVAL)) return TEL_PROMPT_NOBODY;
    got = read(terminal, line, sizeof line);
    if (got < 0) return TEL_PROMPT_NOBODY;
    if (got == 0 || line[got - 1] != '\n') tel_prompt_put(terminal, "\n");
    if (got == (ssize_t)sizeof line) tcflush(terminal, TCIFLUSH);
    return tel_prompt_is_yes(line, (size_t)got) ? TEL_PROMPT_YES : TEL_PROMPT_NO;
}

/* Whether a line, or a part of one, waits: what was typed ahead answers another
 * question. A terminal tells of whole lines only, so for a moment it is to tell of
 * each byte; what was begun stays. */
static inline int tel_prompt_is_typed_ahead(int terminal) {
    struct pollfd ready = {terminal, POLLIN, 0};
    struct termios lines, bytes;
    int status = poll(&ready, 1, 0);
    if (status != 0 || tcgetattr(terminal, &lines) != 0 || !(lines.c_lflag & ICANON)) return status != 0;
    bytes = lines;
    bytes.c_lflag &= ~(tcflag_t)ICANON;
    bytes.c_cc[VMIN] = 1;
    bytes.c_cc[VTIME] = 0;
    if (tcsetattr(terminal, TCSANOW, &bytes) != 0) return 0;
    status = poll(&ready, 1, 0);
    tcsetattr(terminal, TCSANOW, &lines);
    return status != 0;
}

static inline int tel_prompt_converse(int terminal, const tel_prompt *prompt, int seconds) {
    char text[2400];
    int length;
    if (!tel_prompt_is_ours(terminal) || tel_prompt_is_typed_ahead(terminal)) return TEL_PROMPT_NOBODY;
    length = snprintf(
        text, sizeof text,
        "\n%s counts how often its features are used, and keeps that on this machine.\n"
        "It may send a weekly report of it to %s\n"
        "What is in it, and what is not: %s\n"
        "\"tel off --vendor %s\" switches all of it off.\n"
        "May reports be sent? [y/N, %d s] ",
        prompt->program, prompt->destination, prompt->privacy, prompt->vendor, seconds);
    if (length < 0 || (size_t)length >= sizeof text || !tel_prompt_put(terminal, text)) return TEL_PROMPT_NOBODY;
    return tel_prompt_answer(terminal, seconds);
}

/* With SIGTTIN and SIGTTOU kept away, a job that is sent to the background gets an
 * error and isn't stopped. */
#ifdef SIG_BLOCK
static inline int tel_prompt_undisturbed(int terminal, const tel_prompt *prompt, int seconds) {
    /* What else comes by is no reason to end, such as the end of a child. */
    static const int passing[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP, SIGCONT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t blocked, before;
    size_t at;
    int answer;
    sigfillset(&blocked);
    for (at = 0; at < sizeof passing / sizeof *passing; at++) sigdelset(&blocked, passing[at]);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    answer = tel_prompt_converse(terminal, prompt, seconds);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return answer;
}
#else /* C without POSIX has less */
static inline int tel_prompt_undisturbed(int terminal, const tel_prompt *prompt, int seconds) {
    void (*in)(int) = signal(SIGTTIN, SIG_IGN);
    void (*out)(int) = signal(SIGTTOU, SIG_IGN);
    int answer = tel_prompt_converse(terminal, prompt, seconds);
    signal(SIGTTIN, in);
    signal(SIGTTOU, out);
    return answer;
}
#endif

/* ---- What a program calls ------------------------------------------------- */

/* Asks if it is time to, and writes down the answer: TEL_PROMPT_YES, _NO, or
 * _NOBODY, after which nothing is written down. */
static inline int tel_prompt_ask(const tel_prompt *prompt) {
    int terminal, answer;
    if (!prompt->program || !prompt->vendor || !prompt->destination || !prompt->privacy || !prompt->text_version) return TEL_PROMPT_NOBODY;
    if (!tel_consent_should_ask(prompt->destination, prompt->text_version)) return TEL_PROMPT_NOBODY;
    terminal = open("/dev/tty", O_RDWR | O_NOCTTY);
    if (terminal < 0) return TEL_PROMPT_NOBODY;
    fcntl(terminal, F_SETFD, FD_CLOEXEC);
    answer = tel_prompt_undisturbed(terminal, prompt, prompt->seconds > 0 ? prompt->seconds : 30);
    close(terminal);
    if (answer == TEL_PROMPT_NOBODY) return answer;
    if (tel_consent_record(answer == TEL_PROMPT_YES ? TEL_MODE_ON : TEL_MODE_LOCAL, prompt->destination, prompt->text_version) != TEL_OK)
        return TEL_PROMPT_NOBODY;
    return answer;
}

#endif /* TEL_PROMPT_H */

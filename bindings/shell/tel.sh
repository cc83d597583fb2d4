# shellcheck shell=sh
# tel.sh - counting in a shell script. To be sourced; POSIX sh.
#
#     . /usr/local/share/tel/tel.sh
#     tel_open example.com/backup 1.2.0
#
#     tel_count_flags backup 'no:v' "$@"
#     while getopts 'no:v' option; do ...
#     tel_inc backup/run
#     tel_inc backup/file:text 3
#
# Each function returns 0 and says nothing, whatever happens: where tel is not
# installed, where telemetry is off, for a bad name, under set -e and set -u.
# None reads the script's standard input, but "tel_inc -", which is asked to.
#
# The command is tel, from the PATH; TEL_COMMAND names another. Each call starts
# one process. Variables that begin with "tel_" are this file's.

# tel_open PROGRAM [VERSION [TOOLCHAIN [VENDOR]]]: who is counting, for what
# follows. What is left out or empty is as with "tel inc": TEL_PROGRAM, devel,
# shell, tel. Touches nothing; the first count opens the file.
tel_open() {
  tel_open_program=${1-} tel_open_version=${2-} tel_open_toolchain=${3-} tel_open_vendor=${4-}
}

# tel_inc NAME [N]: adds one, or N, to a counter.
# tel_inc -: adds lines of a name and a number from standard input, in one process.
tel_inc() {
  (
    tel_name=${1-} tel_n=${2-1} tel_program=${tel_open_program:-${TEL_PROGRAM-}}
    set --
    if [ -n "$tel_program" ]; then set -- "$@" --program "$tel_program"; fi
    if [ -n "${tel_open_version-}" ]; then set -- "$@" --program-version "$tel_open_version"; fi
    if [ -n "${tel_open_toolchain-}" ]; then set -- "$@" --toolchain "$tel_open_toolchain"; fi
    if [ -n "${tel_open_vendor-}" ]; then set -- "$@" --vendor "$tel_open_vendor"; fi
    if [ "$tel_name" = - ]; then
      command "${TEL_COMMAND:-tel}" inc "$@"
    else
      command "${TEL_COMMAND:-tel}" inc "$@" -- "$tel_name" "$tel_n" </dev/null
    fi
  ) >/dev/null 2>&1 || :
}

# tel_count_flags CHART OPTIONS "$@": adds one to CHART/flag:LETTER for each
# option of a getopts loop that the user gave, once a run. OPTIONS is what
# getopts takes. Only letters that are in it are counted, never what follows
# them. Call it before or after the loop: its place in "$@" stays.
tel_count_flags() {
  (
    tel_chart=${1-} tel_options=${2-} tel_letters="" tel_lines=""
    shift 2
    OPTIND=1
    while getopts ":${tel_options#:}" tel_option; do
      case $tel_option in '?' | :) continue ;; esac
      case $tel_letters in *"$tel_option"*) continue ;; esac
      tel_letters=$tel_letters$tel_option
      tel_lines="$tel_lines$tel_chart/flag:$tel_option
"
    done
    if [ -n "$tel_lines" ]; then printf %s "$tel_lines" | tel_inc -; fi
  ) >/dev/null 2>&1 || :
}

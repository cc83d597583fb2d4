# One unwind rule for all of the Swift code, instead of a table for each of its
# functions, a tenth of the library. It is true wherever a call is made: these
# functions keep frame pointers. A backtrace from a callback of the host's so
# sees the host's frames above libtel's. Other registers are not restored, so
# an exception is refused, which ends in std::terminate. The end of a thread
# (pthread_exit, a cancellation) passes: it comes back to no function above.
#
# link.sh puts this before the Swift code, which is the last, and says how long
# that is: swift_size.
# Layout: "Exception Frames" of the Linux Standard Base, and DWARF 4, 6.4.

  .section .text.refuse, "axR", @progbits
refuse:                       # a personality routine: (version, actions, ...)
  movl $8, %eax               # _URC_CONTINUE_UNWIND
  testl $8, %esi              # _UA_FORCE_UNWIND
  jne 1f
  movl $3, %eax               # _URC_FATAL_PHASE1_ERROR
1:
  retq

  .section .text.swift, "axR", @progbits
swift:                        # what is linked next follows here
  ud2

  .section .eh_frame, "a", @unwind
rule:
  .long rule_end - . - 4
  .long 0                     # this is a common information entry
  .byte 1                     # its version
  .asciz "zPR"
  .uleb128 1                  # code alignment
  .sleb128 -8                 # data alignment
  .uleb128 16                 # the return address's register
  .uleb128 6                  # bytes of augmentation data:
  .byte 0x1b                  # the personality, relative, 4 bytes
  .long refuse - .
  .byte 0x1b                  # so are addresses of code
  .byte 0x0c, 6, 16           # the caller's stack pointer is rbp + 16,
  .byte 0x90, 1               # the return address 8 below it,
  .byte 0x86, 2               # and its rbp 16 below it
  .balign 8, 0
rule_end:
  .long where_end - . - 4
  .long . - rule
  .long swift - .
  .long swift_size
  .uleb128 0
  .balign 8, 0
where_end:

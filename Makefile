# libtel. `make help` lists what can be asked for.
#
# Everything made goes to build/ and .build-*/. What a target needs from the
# system and does not find, it installs with apt-get (as root, or by sudo).

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
BUILD   := build
PLUGINS := $(BUILD)/lib/tel/plugins
VENV    := $(BUILD)/venv
PYTHON  := $(VENV)/bin/python
# The shipped library's soname and its version; see "Version" in include/tel.h.
SONAME  := libtel.so.1
VERSION := $(shell sed -n 's/^.define TEL_VERSION_M[AI][JN]OR *//p;s/^.define TEL_VERSION_PATCH *//p' include/tel.h | paste -sd.)

# Where libtel looks for the command tel, for TEL_UPLOAD.
UPLOADER = $(PREFIX)/bin/tel

# The most that is allowed by what is built: off, local or on. For distributions.
CAP     ?= on

# Tests and demo behave the same on a developer's machine and in CI.
# What libtel would take for a CI service or a test runner is taken from its own list.
CLEAN_ENV := env -u DO_NOT_TRACK -u TEL_DIR -u TEL_MODE -u TEL_PROGRAM -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_DATA_HOME \
  $(shell sed -n 's/^ *\([A-Z][A-Za-z_]*\)\\0.*/-u \1/p' Sources/Consent/Automation.swift | sort -u | tr '\n' ' ')

SWIFT_SOURCES := $(shell find Sources include -type f -not -path "Sources/Plugins/*" -not -path "Sources/CrashWatch/*") Package.swift Makefile

# Where the programs are built. In code that looks whether a closure has escaped, the
# compiler leaves out the path of the source but not how long that was
# (swift_isEscapingClosureAtFileLocation): so it is padded, to 120 bytes.
PADDING := $(shell here='$(CURDIR)'; more=$$((120 - $${#here})); printf '%*s' $$((more > 1 ? more : 1)) | tr ' ' _)
PROGRAMS_FOLDER := .build-command/$(PADDING)

# The same bytes wherever they are built: no path of this machine in the debug
# information, of which the build-id is a hash, nor in the name of a module's cache
# there, nor in hashes that would spare the compiler work. (Of prefixes that fit,
# swiftc takes the first and clang the last; and of a source below the folder that it
# compiles in, swiftc maps none.) No search path for libraries. And all addresses of
# functions are looked up when it is loaded, then nobody can write to their table;
# that takes 9 µs, which the first calls save.
HERE = -Xswiftc -file-prefix-map -Xswiftc '$(CURDIR)$(1)=.' -Xcc '-ffile-prefix-map=$(CURDIR)$(1)=.'
SWIFT_BUILD := swift build -c release --disable-local-rpath -Xlinker -z -Xlinker now -Xswiftc -file-compilation-dir -Xswiftc . \
  $(call HERE,/$(PROGRAMS_FOLDER)) $(call HERE) $(call HERE,/$(PROGRAMS_FOLDER)) \
  $(foreach flag,-no-clang-module-breadcrumbs -disable-incremental-llvm-codegen,-Xswiftc -Xfrontend -Xswiftc $(flag))
PROGRAM_BUILD := $(SWIFT_BUILD) --static-swift-stdlib --scratch-path $(PROGRAMS_FOLDER)

.PHONY: all setup products core library noop plugins command collector man completions test smoke demo abi torture soak crash fuzz bench bench-growth install uninstall dist wheel deb clean help

# Everything needs what setup installs, and the two builds need both cores.
.NOTPARALLEL:

all: setup products ## build everything into build/

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install what is missing for building
	@Tests/setup.sh build

# ---- What ships --------------------------------------------------------------

# What libtel.so loads when it is first needed: uploads and plugins; names of
# stacks; what watches crashes; functions that count their calls.
COMPANIONS := delivery stacks crash probes

products: library noop plugins command collector man completions ## what all builds, without looking for what is missing

library: $(BUILD)/lib/$(SONAME) $(COMPANIONS:%=$(BUILD)/lib/tel/libtel-%.so) $(BUILD)/include/tel.h $(BUILD)/include/tel/plugin.h ## build/lib/libtel.so and build/include

# They change when CAP and PREFIX do, so that what has those in it is made again.
$(BUILD)/cap: FORCE
	@mkdir -p $(BUILD)
	@echo $(CAP) | cmp -s - $@ || echo $(CAP) > $@
$(BUILD)/uploader: FORCE
	@mkdir -p $(BUILD)
	@echo $(UPLOADER) | cmp -s - $@ || echo $(UPLOADER) > $@
FORCE:

$(BUILD)/lib/$(SONAME): $(SWIFT_SOURCES) $(BUILD)/cap $(BUILD)/uploader
	TEL_CAP=$(CAP) TEL_SHIPPING=1 $(SWIFT_BUILD) --experimental-lto-mode full --scratch-path .build-shipping --product tel
	TEL_UPLOADER=$(UPLOADER) Sources/TelABI/link.sh .build-shipping/release .build-shipping/libtel.so
	@mkdir -p $(BUILD)/lib
	@install -m 755 .build-shipping/libtel.so $@.new
	@strip --strip-unneeded --remove-section=.comment $@.new
	@mv $@.new $@
	@ln -sf $(SONAME) $(BUILD)/lib/libtel.so

$(BUILD)/lib/tel/libtel-%.so: $(SWIFT_SOURCES) $(BUILD)/cap
	TEL_CAP=$(CAP) TEL_SHIPPING=1 $(SWIFT_BUILD) --experimental-lto-mode full --scratch-path .build-shipping --product tel-$*
	@mkdir -p $(@D)
	@install -m 755 .build-shipping/release/libtel-$*.so $@.new
	@strip --strip-unneeded $@.new
	@mv $@.new $@

# Of libc alone, with unwind tables: it may be in the stack that is unwound.
$(BUILD)/lib/tel/libtel-crash.so: $(wildcard Sources/CrashWatch/*.[ch]) Sources/CEntry/include/crash.h include/tel.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Os -fPIC -shared -fvisibility=hidden -fno-omit-frame-pointer -fasynchronous-unwind-tables -Wall -Wextra -Wconversion -Wshadow -Werror \
	  -ffile-prefix-map=$(CURDIR)=. -Iinclude -ISources/CEntry/include -o $@.new Sources/CrashWatch/*.c \
	  -Wl,-soname,libtel-crash.so,-z,nodelete,-z,defs,-z,relro,-z,now,-z,noexecstack
	@strip --strip-unneeded $@.new
	@chmod 755 $@.new
	@mv $@.new $@

$(BUILD)/include/tel.h: include/tel.h $(wildcard bindings/c/*.h bindings/c/*.hpp)
	@mkdir -p $(BUILD)/include/tel
	@install -m 644 bindings/c/*.h bindings/c/*.hpp $(BUILD)/include/tel/
	@install -m 644 include/tel.h $(BUILD)/include/

$(BUILD)/include/tel/plugin.h: include/tel/plugin.h
	@mkdir -p $(@D)
	@install -m 644 $< $@

noop: $(BUILD)/lib/libtel-noop.so ## build/lib/libtel-noop.so, the same interface doing nothing

$(BUILD)/lib/libtel-noop.so: Sources/TelABI/noop.c Sources/TelABI/tel.map include/tel.h
	@mkdir -p $(BUILD)/lib
	$(CC) -std=c99 -O2 -fPIC -shared -fvisibility=hidden -Wall -Wextra -Werror -Iinclude -nostdlib -o $@.new $< \
	  -Wl,--version-script=Sources/TelABI/tel.map,-soname=$(SONAME),-z,defs,-z,relro,-z,now
	@strip --strip-unneeded $@.new
	@mv $@.new $@

# What each is linked with. They know libtel from its headers alone.
PLUGIN_NAMES   := https file exec libunwind framepointers libdw libffi
LIBS_https     := -lcurl
LIBS_libunwind := -lunwind
LIBS_libdw     := -ldw
LIBS_libffi    := -lffi
PLUGIN_FLAGS := -std=gnu11 -O2 -fPIC -pthread -fvisibility=hidden -fexceptions -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
  -fno-omit-frame-pointer   -Wall -Wextra -Wconversion -Wshadow -Werror -ffile-prefix-map=$(CURDIR)=. -Iinclude

plugins: $(PLUGIN_NAMES:%=$(PLUGINS)/%.so) ## build/lib/tel/plugins, what carries documents to a collector, and what walks and names stacks

$(PLUGINS)/%.so: $(wildcard Sources/Plugins/*.h Sources/Plugins/*/*.[ch]) include/tel.h include/tel/plugin.h
	@install -d -m 755 $(@D)
	$(CC) $(PLUGIN_FLAGS) -shared -o $@.new Sources/Plugins/$*/*.c \
	  -Wl,-z,defs,-z,relro,-z,now,-z,noexecstack,--as-needed $(LIBS_$*)
	@strip --strip-unneeded $@.new
	@chmod 755 $@.new
	@mv $@.new $@

# The programs that go to bin/; tel executes tel-view, which goes to libexec/.
PROGRAMS := tel tel-collector

command: $(BUILD)/bin/tel $(BUILD)/bin/tel-view ## build/bin/tel and tel-view

$(BUILD)/bin/tel: $(SWIFT_SOURCES) $(BUILD)/cap
	TEL_CAP=$(CAP) $(PROGRAM_BUILD) --product tel-command
	@mkdir -p $(BUILD)/bin
	@install -m 755 $(PROGRAMS_FOLDER)/release/tel-command $@.new
	@strip --strip-unneeded $@.new
	@mv $@.new $@

# A program of its own: with an HTTP server in it the command would start slowly.
$(BUILD)/bin/tel-view: $(SWIFT_SOURCES) $(BUILD)/cap
	TEL_CAP=$(CAP) $(PROGRAM_BUILD) --product tel-view
	@mkdir -p $(BUILD)/bin
	@install -m 755 $(PROGRAMS_FOLDER)/release/tel-view $@.new
	@strip --strip-all $@.new
	@mv $@.new $@

collector: $(BUILD)/bin/tel-collector ## build/bin/tel-collector

$(BUILD)/bin/tel-collector: $(SWIFT_SOURCES)
	$(PROGRAM_BUILD) --product tel-collector
	@mkdir -p $(BUILD)/bin
	@install -m 755 $(PROGRAMS_FOLDER)/release/tel-collector $@.new
	@strip --strip-unneeded $@.new
	@mv $@.new $@

# A collector's pages of made-up publications: what tests look at.
$(BUILD)/tests/made-up-site: $(SWIFT_SOURCES) $(wildcard Tests/MadeUpSite/*/*.swift)
	$(PROGRAM_BUILD) --product made-up-site
	@mkdir -p $(@D)
	@install -m 755 $(PROGRAMS_FOLDER)/release/made-up-site $@

# A store of reports, to be filled, killed and measured.
$(BUILD)/tests/store-trial: $(SWIFT_SOURCES) $(wildcard Tests/SQLiteStore/Trial/*.swift)
	$(PROGRAM_BUILD) --product store-trial
	@mkdir -p $(@D)
	@install -m 755 $(PROGRAMS_FOLDER)/release/store-trial $@

man: ## build/share/man
	@mkdir -p $(BUILD)/share/man/man1 $(BUILD)/share/man/man3
	@install -m 644 docs/man/*.1 $(BUILD)/share/man/man1/
	@install -m 644 docs/man/*.3 $(BUILD)/share/man/man3/

completions: $(PROGRAMS:%=$(BUILD)/share/completions/%.fish) ## build/share/completions, for shells

$(BUILD)/share/completions/%.fish: $(BUILD)/bin/%
	@mkdir -p $(@D)
	@for shell in bash zsh fish; do $< --generate-completion-script $$shell > $(@D)/$*.$$shell || exit 1; done
	@sed -i '1{/^#!/d}' $(@D)/$*.bash

core: ## the core alone, ordinary Swift, without the programs and their packages
	TEL_CORE_ONLY=1 swift build --scratch-path .build-core

# ---- Trying and testing ------------------------------------------------------

demo: all ## count from C, Python, Go and shell in a throw-away home; report; send it to a collector; charts of a crowd
	@Tests/setup.sh test
	@$(CLEAN_ENV) examples/demo.sh

test: all ## every test
	@Tests/setup.sh test
	@$(CLEAN_ENV) $(PYTHON) Tests/run.py

smoke: all ## the quickest tests, under a minute once built
	@Tests/setup.sh test
	@$(CLEAN_ENV) $(PYTHON) Tests/run.py --smoke

torture: all ## ten minutes of processes that are killed while they count (TORTURE_SECONDS, TORTURE_SEED)
	@Tests/setup.sh test
	@$(CLEAN_ENV) TORTURE_SECONDS=$${TORTURE_SECONDS:-600} $(PYTHON) -m pytest -q -s Tests/Torture

soak: all ## an hour at full speed, a week every ten seconds; docs/pictures/soak.svg (SOAK_SECONDS)
	@Tests/setup.sh test
	@$(CLEAN_ENV) $(PYTHON) Tests/Torture/soak.py --picture docs/pictures/soak.svg

crash: library command plugins ## kill, refuse and cut off at every system call, and every state of the medium
	@Tests/setup.sh test
	@$(CLEAN_ENV) $(PYTHON) -m pytest -q --durations=10 Tests/Crash Tests/Reports/test_protocol.py Tests/ABI/test_stragglers.py Tests/Upload/test_killed.py

abi: library ## the header in every dialect, the symbols, the layout, the machine code that records
	@Tests/setup.sh test
	@$(CLEAN_ENV) $(PYTHON) -m pytest -q Tests/ABI/test_header.py Tests/ABI/test_symbols.py Tests/ABI/test_recording.py

# For each target, in `make fuzz`; `make test` takes 5.
FUZZ_SECONDS ?= 3600

fuzz: ## every parser, FUZZ_SECONDS each (an hour); what is found stays in build/fuzz
	@nice Tests/Fuzz/run.py all $(FUZZ_SECONDS)

bench: all ## how fast libtel is beside its peers (BENCH_ROUNDS, BENCH="--only NAME")
	@Tests/setup.sh bench
	@$(CLEAN_ENV) $(PYTHON) Tests/Benchmarks/bench.py $(BENCH)

bench-growth: all ## how cost grows with names, files, threads, processes; docs/pictures/growth-*.svg (BENCH_ROUNDS)
	@Tests/setup.sh bench
	@$(CLEAN_ENV) $(PYTHON) Tests/Benchmarks/growth.py $(BENCH)

# ---- Installing --------------------------------------------------------------

# Paths in tel.pc and for CMake are relative to where those are, so that a tree may be moved.
FILL_IN = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' -e 's|@SONAME@|$(SONAME)|' -e 's|@VERSION@|$(VERSION)|' \
  -e "s|@LIBDIR_TO_PREFIX@|$$(realpath -ms --relative-to=$(LIBDIR) $(PREFIX))|"

# program.shell:file
COMPLETIONS := $(foreach program,$(PROGRAMS),$(program).bash:bash-completion/completions/$(program) \
  $(program).zsh:zsh/site-functions/_$(program) $(program).fish:fish/vendor_completions.d/$(program).fish)

# For users that have systemd; "tel service install" enables them.
USER_UNITS = $(PREFIX)/lib/systemd/user
UNITS := $(notdir $(wildcard packaging/systemd/tel-*))
# For the system: nobody enables it but the administrator.
SYSTEM_UNITS = $(PREFIX)/lib/systemd/system

install: all ## copy build/ to PREFIX (/usr/local) and LIBDIR, below DESTDIR
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(LIBDIR)/cmake/tel $(DESTDIR)$(PREFIX)/include/tel
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/tel
	install -m 755 $(BUILD)/lib/$(SONAME) $(DESTDIR)$(LIBDIR)/
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libtel.so
	install -d -m 755 $(DESTDIR)$(LIBDIR)/tel/plugins
	for plugin in $(PLUGINS)/*.so; do if [ -e "$$plugin" ]; then \
	  install -m 755 "$$plugin" $(DESTDIR)$(LIBDIR)/tel/plugins/ || exit 1; fi; done
	install -m 755 $(BUILD)/lib/libtel-noop.so $(COMPANIONS:%=$(BUILD)/lib/tel/libtel-%.so) $(DESTDIR)$(LIBDIR)/tel/
	install -m 644 $(BUILD)/include/tel.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(BUILD)/include/tel/* $(DESTDIR)$(PREFIX)/include/tel/
	install -m 755 $(PROGRAMS:%=$(BUILD)/bin/%) $(DESTDIR)$(PREFIX)/bin/
	install -d $(DESTDIR)$(PREFIX)/libexec
	install -m 755 $(BUILD)/bin/tel-view $(DESTDIR)$(PREFIX)/libexec/
	$(FILL_IN) bindings/c/tel.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/tel.pc
	for file in telConfig telConfigVersion; do \
	  $(FILL_IN) bindings/c/cmake/$$file.cmake.in > $(DESTDIR)$(LIBDIR)/cmake/tel/$$file.cmake || exit 1; done
	install -m 644 bindings/shell/tel.sh $(DESTDIR)$(PREFIX)/share/tel/
	for to in $(COMPLETIONS); do \
	  install -d $(DESTDIR)$(PREFIX)/share/$$(dirname $${to#*:}) && \
	  install -m 644 $(BUILD)/share/completions/$${to%%:*} $(DESTDIR)$(PREFIX)/share/$${to#*:} || exit 1; done
	install -d $(DESTDIR)$(USER_UNITS)
	for unit in $(UNITS); do sed 's|@TEL@|$(UPLOADER)|' packaging/systemd/$$unit | \
	  install -m 644 /dev/stdin $(DESTDIR)$(USER_UNITS)/$${unit%.in} || exit 1; done
	install -d $(DESTDIR)$(SYSTEM_UNITS)
	sed 's|@COLLECTOR@|$(PREFIX)/bin/tel-collector|' packaging/systemd/system/tel-collector.service.in | \
	  install -m 644 /dev/stdin $(DESTDIR)$(SYSTEM_UNITS)/tel-collector.service
	for section in 1 3; do \
	  install -d $(DESTDIR)$(PREFIX)/share/man/man$$section && \
	  install -m 644 $(BUILD)/share/man/man$$section/* $(DESTDIR)$(PREFIX)/share/man/man$$section/ || exit 1; done
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

uninstall: ## remove what install copied
	rm -f $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/libtel.so $(DESTDIR)$(LIBDIR)/pkgconfig/tel.pc
	rm -f $(DESTDIR)$(PREFIX)/include/tel.h $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%) $(DESTDIR)$(PREFIX)/libexec/tel-view $(DESTDIR)$(LIBDIR)/tel/libtel-noop.so $(COMPANIONS:%=$(DESTDIR)$(LIBDIR)/tel/libtel-%.so)
	for header in bindings/c/*.h bindings/c/*.hpp include/tel/*.h; do rm -f $(DESTDIR)$(PREFIX)/include/tel/$$(basename $$header); done
	rm -f $(DESTDIR)$(LIBDIR)/cmake/tel/telConfig.cmake $(DESTDIR)$(LIBDIR)/cmake/tel/telConfigVersion.cmake
	for plugin in $(PLUGIN_NAMES); do rm -f $(DESTDIR)$(LIBDIR)/tel/plugins/$$plugin.so; done
	rm -f $(DESTDIR)$(PREFIX)/share/tel/tel.sh
	for unit in $(UNITS); do rm -f $(DESTDIR)$(USER_UNITS)/$${unit%.in}; done
	rm -f $(DESTDIR)$(SYSTEM_UNITS)/tel-collector.service
	-rmdir $(DESTDIR)$(PREFIX)/include/tel $(DESTDIR)$(LIBDIR)/cmake/tel $(DESTDIR)$(PREFIX)/share/tel
	@rmdir $(DESTDIR)$(LIBDIR)/tel/plugins $(DESTDIR)$(LIBDIR)/tel 2>/dev/null || true
	for to in $(COMPLETIONS); do rm -f $(DESTDIR)$(PREFIX)/share/$${to#*:}; done
	for page in docs/man/*; do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$(basename $$page); done
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

# ---- Packages; docs/packaging.md ---------------------------------------------

dist: ## build/tel-VERSION.tar.gz, the sources
	@packaging/dist.sh $(BUILD)/tel-$(VERSION).tar.gz

wheel: library ## build/wheel/tel-….whl, for Python
	@Tests/setup.sh test
	@packaging/wheel.sh $(PYTHON) $(BUILD)/lib/$(SONAME) $(BUILD)/wheel

deb: PREFIX := /usr
deb: all ## build/deb/*.deb, for Debian
	@Tests/setup.sh deb
	@packaging/deb.sh $(BUILD)

clean: ## remove everything made
	rm -rf $(BUILD) .build-*

package crashing

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
)

// build says which build of the program this is: program counters mean something
// in the same one alone. It is what the Go linker has written into the
// executable, or else the whole of it.
func build() (string, error) {
	file, err := os.Open("/proc/self/exe")
	if err != nil {
		path, problem := os.Executable()
		if problem != nil {
			return "", problem
		}
		if file, err = os.Open(path); err != nil {
			return "", err
		}
	}
	defer file.Close()
	if note := buildID(file); len(note) > 0 {
		return digest("id", note), nil
	}
	// Linked with -buildid= or for another system: all of it, then.
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return digest("file", sum.Sum(nil)), nil
}

func digest(kind string, content []byte) string {
	sum := sha256.Sum256(append([]byte(kind+"\x00"), content...))
	return hex.EncodeToString(sum[:16])
}

// buildID is the content of the note "Go" of a little-endian ELF file of 64 bits;
// debug/elf would be many times the rest of this package.
func buildID(file io.ReaderAt) []byte {
	var header [64]byte
	if _, err := file.ReadAt(header[:], 0); err != nil || !bytes.HasPrefix(header[:], []byte("\x7fELF\x02\x01")) {
		return nil
	}
	order := binary.LittleEndian
	table, size, count := order.Uint64(header[32:]), order.Uint16(header[54:]), order.Uint16(header[56:])
	if size < 56 || count > 256 {
		return nil
	}
	for at := uint64(0); at < uint64(count); at++ {
		var segment [56]byte
		if _, err := file.ReadAt(segment[:], int64(table+at*uint64(size))); err != nil {
			return nil
		}
		offset, length := order.Uint64(segment[8:]), order.Uint64(segment[32:])
		if order.Uint32(segment[:]) != 4 || length > 1<<16 { // PT_NOTE
			continue
		}
		notes := make([]byte, length)
		if _, err := file.ReadAt(notes, int64(offset)); err != nil {
			continue
		}
		if found := goNote(notes); found != nil {
			return found
		}
	}
	return nil
}

func goNote(notes []byte) []byte {
	for len(notes) >= 12 {
		order := binary.LittleEndian
		name, content, kind := uint64(order.Uint32(notes)), uint64(order.Uint32(notes[4:])), order.Uint32(notes[8:])
		begin := 12 + (name+3)/4*4
		next := begin + (content+3)/4*4
		if next > uint64(len(notes)) {
			return nil
		}
		if kind == 4 && bytes.Equal(notes[12:12+name], []byte("Go\x00\x00")) {
			return notes[begin : begin+content]
		}
		notes = notes[next:]
	}
	return nil
}

package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/telemetry/internal/counter"
)

type parsed struct {
	File   string            `json:"file"`
	Error  string            `json:"error"`
	Meta   map[string]string `json:"meta"`
	Counts map[string]string `json:"counts"` // hexadecimal name to decimal value
	About  []string          `json:"about"`  // what identifies the program, in hexadecimal
}

// parse answers one line for each file: what the reference reads in it. The
// files are given as arguments, or else one a line on standard input.
func parse(files []string) {
	for _, file := range files {
		answer(parseFile(file))
	}
	if len(files) > 0 {
		return
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer(parseFile(lines.Text()))
	}
}

func parseFile(path string) (result parsed) {
	result = parsed{File: path, Meta: map[string]string{}, Counts: map[string]string{}}
	defer func() {
		if what := recover(); what != nil {
			result.Error = fmt.Sprintf("panic: %v", what)
		}
	}()
	content, err := os.ReadFile(path)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	file, err := counter.Parse(filepath.Base(path), content)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	for key, value := range file.Meta {
		result.Meta[key] = value
	}
	for _, key := range []string{"Program", "Version", "GoVersion", "GOOS", "GOARCH"} {
		result.About = append(result.About, hex.EncodeToString([]byte(file.Meta[key])))
	}
	for name, value := range file.Count {
		result.Counts[hex.EncodeToString([]byte(name))] = strconv.FormatUint(value, 10)
	}
	return result
}

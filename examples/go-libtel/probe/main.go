// A Go program that counts how often a C library calls back: qsort's comparisons.
//
//	make install
//	cd examples/go-libtel
//	go run ./probe
//	tel dump
//
// A C program needs no such care with types: examples/probes.
package main

/*
#include <stdlib.h>

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static void *comparing(void) { return (void *)compare; }
static void sort(int *numbers, size_t count, void *by) { qsort(numbers, count, sizeof *numbers, (int (*)(const void *, const void *))by); }
*/
import "C"

import (
	"fmt"

	"tel.example/telemetry/counter"
	"tel.example/telemetry/probe"
)

func main() {
	counter.Open()

	comparing := C.comparing()
	if counted, err := probe.New("sort/compare", "i(PP)", comparing, probe.Result); err == nil {
		defer counted.Free()
		comparing = counted.Pointer()
	} else {
		fmt.Println(err)
	}

	numbers := []C.int{5, 3, 4, 1, 2}
	C.sort(&numbers[0], C.size_t(len(numbers)), comparing)
	fmt.Println(numbers)
}

// Waits for what never comes, with cgo and nothing of libtel.
package main

// #include <stdlib.h>
import "C"

func main() {
	C.free(nil)
	<-make(chan int)
}

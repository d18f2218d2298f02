// Runs Google's in-memory Pub/Sub server for tests (pstest) until its standard input ends, and prints its address: an
// implementation that is independent of the embedded broker, for the contract suite to hold both to the same promises.
// The first argument is a port, or an address such as 0.0.0.0:8085; default: any free port of this machine.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	address := "localhost:0"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if _, err := strconv.Atoi(address); err == nil {
		address = "localhost:" + address
	}
	server := pstest.NewServerWithAddress(address)
	defer server.Close()
	fmt.Println(server.Addr)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

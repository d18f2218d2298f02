// Runs Google's in-memory Pub/Sub server for tests (pstest) until its standard input ends, and prints its address: an
// implementation that is independent of the embedded broker, for the contract suite to hold both to the same promises.
// The port may be given as the first argument; default: any free one.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	port := 0
	if len(os.Args) > 1 {
		parsed, err := strconv.Atoi(os.Args[1])
		if err != nil {
			fmt.Fprintf(os.Stderr, "pstest: expected a port number, got %q\n", os.Args[1])
			os.Exit(2)
		}
		port = parsed
	}
	server := pstest.NewServerWithPort(port)
	defer server.Close()
	fmt.Println(server.Addr)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

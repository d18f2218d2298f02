// Asks the Go library of the Standard Webhooks project about messages, one per line of standard input, until that ends: an implementation
// that is independent of the one in JavaScript. Each answer is a line, empty if the message was accepted, else why it was not.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type message struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func verify(given message) error {
	webhook, err := standardwebhooks.NewWebhook(given.Secret)
	if err != nil {
		return err
	}
	headers := http.Header{}
	for name, value := range given.Headers {
		headers.Set(name, value)
	}
	return webhook.Verify([]byte(given.Body), headers)
}

func main() {
	messages := json.NewDecoder(os.Stdin)
	for messages.More() {
		var given message
		if err := messages.Decode(&given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := verify(given); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println()
		}
	}
}

// SPDX-License-Identifier: MIT
// load.go: loads histories with the SDK's own loader: load OUT FILE...
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.temporal.io/sdk/client"
)

func load(path, out string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	history, err := client.HistoryFromJSON(file, client.HistoryJSONOptions{})
	if err != nil {
		return err
	}
	bytes, err := history.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(out, bytes, 0o666)
}

func main() {
	for _, path := range os.Args[2:] {
		name := filepath.Base(path)
		if err := load(path, filepath.Join(os.Args[1], name+".bin")); err != nil {
			fmt.Printf("%s: %v\n", name, err)
		}
	}
}

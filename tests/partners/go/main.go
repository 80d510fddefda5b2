// Checks a log of ours with Go's golang.org/x/mod/sumdb (note and tlog), and grows the same log by
// itself, so that the test can compare. Reads a request as JSON from standard input, writes an answer
// as JSON to standard output, and exits 1 with the reason if anything of ours does not hold.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type inclusion struct {
	Index, Size int64
	Hashes      []tlog.Hash
}

type consistency struct {
	OldSize, Size int64
	Hashes        []tlog.Hash
}

type request struct {
	Entries     [][]byte
	Roots       map[int64]tlog.Hash
	Inclusion   []inclusion
	Consistency []consistency
	Vkey        string
	Note        string
	Sign        string // a text that Go is to sign
}

type answer struct {
	Root        tlog.Hash
	Tiles       map[string][]byte
	Inclusion   [][]tlog.Hash
	Consistency [][]tlog.Hash
	NoteText    string
	Vkey        string
	Note        string
}

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

// grow stores the hashes of all entries in the order that tlog prescribes.
func grow(entries [][]byte) tlog.HashReaderFunc {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		must(err, "growing the log")
		stored = append(stored, hashes...)
	}
	return reader
}

func verify(asked request) {
	for _, one := range asked.Inclusion {
		leaf := tlog.RecordHash(asked.Entries[one.Index])
		err := tlog.CheckRecord(one.Hashes, one.Size, asked.Roots[one.Size], one.Index, leaf)
		must(err, fmt.Sprintf("entry %d in %d", one.Index, one.Size))
	}
	for _, one := range asked.Consistency {
		old := asked.Roots[one.OldSize]
		err := tlog.CheckTree(one.Hashes, one.Size, asked.Roots[one.Size], one.OldSize, old)
		must(err, fmt.Sprintf("%d continues %d", one.Size, one.OldSize))
	}
}

func prove(asked request, reader tlog.HashReaderFunc) answer {
	size := int64(len(asked.Entries))
	made := answer{Tiles: map[string][]byte{}}
	var err error
	made.Root, err = tlog.TreeHash(size, reader)
	must(err, "root")
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		data, err := tlog.ReadTileData(tile, reader)
		must(err, tile.Path())
		made.Tiles[tile.Path()] = data
	}
	for _, one := range asked.Inclusion {
		proof, err := tlog.ProveRecord(one.Size, one.Index, reader)
		must(err, "proving an entry")
		made.Inclusion = append(made.Inclusion, proof)
	}
	for _, one := range asked.Consistency {
		proof, err := tlog.ProveTree(one.Size, one.OldSize, reader)
		must(err, "proving a continuation")
		made.Consistency = append(made.Consistency, proof)
	}
	return made
}

func main() {
	var asked request
	must(json.NewDecoder(os.Stdin).Decode(&asked), "request")
	verify(asked)
	made := prove(asked, grow(asked.Entries))

	verifier, err := note.NewVerifier(asked.Vkey)
	must(err, "verifier key")
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(verifier))
	must(err, "note")
	made.NoteText = opened.Text

	private, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	must(err, "generating a key")
	signer, err := note.NewSigner(private)
	must(err, "signer")
	signed, err := note.Sign(&note.Note{Text: asked.Sign}, signer)
	must(err, "signing")
	made.Vkey, made.Note = public, string(signed)
	must(json.NewEncoder(os.Stdout).Encode(made), "answer")
}

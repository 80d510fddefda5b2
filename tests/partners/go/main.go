// Checks a log of ours with Go's golang.org/x/mod/sumdb (note and tlog), and grows the same log by
// itself, so that the test can compare. Reads a request as JSON from standard input, writes an answer
// as JSON to standard output, and exits 1 with the reason if anything of ours does not hold.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

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
	Witness     string // the verifier key of who cosigned the note
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

// cosigner verifies as C2SP tlog-cosignature says (Ed25519), which sumdb/note leaves to others.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	must(err, "witness key id")
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "witness key")
	return cosigner{parts[0], uint32(hash), ed25519.PublicKey(key[1:])}
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
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(verifier, newCosigner(asked.Witness)))
	must(err, "note")
	if len(opened.Sigs) != 2 {
		must(fmt.Errorf("%d signatures, not those of log and witness", len(opened.Sigs)), "note")
	}
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

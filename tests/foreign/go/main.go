// Command foreignlog asks golang.org/x/mod, which knows nothing of kya, whether a log
// that kya wrote is what its checkpoint says.
//
//	foreignlog DIR VKEY [OLD-CHECKPOINT]
//	foreignlog -proof FILE -entry FILE VKEY
//
// It exits 0 and prints one line per check, or exits 1 and says what does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	proof := flag.String("proof", "", "check this .tlog-proof file instead of a log")
	entry := flag.String("entry", "", "the entry that the proof is about")
	flag.Parse()
	var err error
	switch {
	case *proof != "" && flag.NArg() == 1:
		err = checkProof(*proof, *entry, flag.Arg(0))
	case *proof == "" && (flag.NArg() == 2 || flag.NArg() == 3):
		err = checkLog(flag.Arg(0), flag.Arg(1), flag.Arg(2))
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func checkLog(dir, vkey, old string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(raw, vkey)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint: size %d root %s\n", tree.N, tree.Hash)
	if err := checkEntries(dir, tree); err != nil {
		return err
	}
	if tree.N > 0 {
		if err := checkRecords(dir, tree); err != nil {
			return err
		}
	}
	if old == "" {
		return nil
	}
	return checkGrowth(dir, tree, old, vkey)
}

// openCheckpoint verifies the note and reads origin, size and root; x/mod's own tree
// text has another first line, so the three lines are read here.
func openCheckpoint(raw []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint text %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("checkpoint size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// checkEntries hashes every entry of every bundle and compares the root.
func checkEntries(dir string, tree tlog.Tree) error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for first := int64(0); first < tree.N; first += 1 << height {
		entries, err := readBundle(dir, tree.N, first)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashes(first+int64(i), entry, reader)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if tree.N > 0 && root != tree.Hash {
		return fmt.Errorf("the entries have root %s, the checkpoint %s", root, tree.Hash)
	}
	fmt.Printf("entries: %d, and their root is the checkpoint's\n", tree.N)
	return nil
}

func readBundle(dir string, size, first int64) ([][]byte, error) {
	width := size - first
	if width > 1<<height {
		width = 1 << height
	}
	tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
	raw, full, err := readTile(dir, tile)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
			return nil, fmt.Errorf("%s ends inside an entry", tile.Path())
		}
		end := 2 + int(binary.BigEndian.Uint16(raw))
		entries = append(entries, raw[2:end])
		raw = raw[end:]
	}
	if int64(len(entries)) < width || !full && int64(len(entries)) != width {
		return nil, fmt.Errorf("%s holds %d entries, want %d", tile.Path(), len(entries), width)
	}
	return entries[:width], nil
}

// readTile maps x/mod's tile names to tlog-tiles names and, where a partial file is
// gone, takes the full one.
func readTile(dir string, tile tlog.Tile) (raw []byte, full bool, err error) {
	whole := tile
	whole.W = 1 << height
	for _, candidate := range []tlog.Tile{tile, whole} {
		path := strings.TrimPrefix(candidate.Path(), fmt.Sprintf("tile/%d/", height))
		if tile.L == -1 {
			path = "entries/" + strings.TrimPrefix(path, "data/")
		}
		raw, err = os.ReadFile(filepath.Join(dir, "tile", path))
		if !os.IsNotExist(err) {
			return raw, candidate.W == whole.W, err
		}
	}
	return nil, false, err
}

// tiles lets x/mod read our hash tiles; it authenticates what it gets.
type tiles struct{ dir string }

func (t tiles) Height() int { return height }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range wanted {
		raw, _, err := readTile(t.dir, tile)
		if err != nil {
			return nil, err
		}
		if len(raw) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is too short", tile.Path())
		}
		contents = append(contents, raw[:tile.W*tlog.HashSize])
	}
	return contents, nil
}

// checkRecords proves entries from our tiles: the edges, and a spread of 64 between.
func checkRecords(dir string, tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, tiles{dir})
	step := tree.N/64 + 1
	proven := 0
	for index := int64(0); index < tree.N; index += step {
		for _, n := range []int64{index, tree.N - 1 - index} {
			entries, err := readBundle(dir, tree.N, n&^(1<<height-1))
			if err != nil {
				return err
			}
			proof, err := tlog.ProveRecord(tree.N, n, reader)
			if err != nil {
				return err
			}
			leaf := tlog.RecordHash(entries[n&(1<<height-1)])
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf); err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
			proven++
		}
	}
	fmt.Printf("inclusion: %d proofs hold\n", proven)
	return nil
}

func checkGrowth(dir string, tree tlog.Tree, path, vkey string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(raw, vkey)
	if err != nil {
		return err
	}
	if old.N > 0 {
		proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, tiles{dir}))
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("size %d to %d: %w", old.N, tree.N, err)
		}
	}
	fmt.Printf("consistency: %d entries grew to %d\n", old.N, tree.N)
	return nil
}

// checkProof checks one of our .tlog-proof files.
func checkProof(proofPath, entryPath, vkey string) error {
	raw, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	end := bytes.Index(raw, []byte("\n\n"))
	if end < 0 {
		return fmt.Errorf("%s: no blank line", proofPath)
	}
	tree, err := openCheckpoint(raw[end+2:], vkey)
	if err != nil {
		return err
	}
	lines := strings.Split(string(raw[:end]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return fmt.Errorf("%s: first line %q", proofPath, lines[0])
	}
	if strings.HasPrefix(lines[1], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("%s: hash %q", proofPath, line)
		}
		proof = append(proof, *(*tlog.Hash)(hash))
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	fmt.Printf("inclusion: entry %d of %d\n", index, tree.N)
	return nil
}

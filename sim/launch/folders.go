package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownerFile tells whose a folder is.
const ownerFile = ".progon-owner"

// Claim marks a temporary folder of this run, so that SweepFolders can tell it from one
// that a killed Progon has left behind.
func Claim(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, ownerFile), []byte(owner(os.Getpid())), 0o600); err != nil {
		return fmt.Errorf("не удалось пометить временную папку: %w", err)
	}
	return nil
}

// SweepFolders removes the claimed folders that match a pattern and belong to a Progon that
// is gone, and ends what its bots have left running. It returns how many there were.
// Folders that nobody has claimed, and those of other users, stay.
func SweepFolders(pattern string) (int, error) {
	found, err := filepath.Glob(pattern)
	if err != nil {
		return 0, fmt.Errorf("образец «%s»: %w", pattern, err)
	}
	removed := 0
	for _, dir := range found {
		name, err := os.ReadFile(filepath.Join(dir, ownerFile))
		if err != nil || lives(string(name)) {
			continue // nobody's, not ours to read, or in use
		}
		endMarked(dir)
		if err := os.RemoveAll(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			return removed, fmt.Errorf("не удалось убрать папку прошлого запуска: %w", err)
		}
		removed++
	}
	return removed, nil
}

// endMarked ends the processes whose marks lie in the lanes of a folder.
func endMarked(dir string) {
	for _, pattern := range []string{markFile, filepath.Join("*", markFile)} {
		marks, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is right
		for _, name := range marks {
			left, err := os.ReadFile(name)
			if err != nil {
				continue // gone meanwhile
			}
			if _, mark, _ := strings.Cut(string(left), " "); mark != "" {
				killMarked(mark)
			}
		}
	}
}

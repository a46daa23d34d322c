package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"progon/features"
	"progon/sim/pii"
	"progon/steps"
	"progon/steps/botfile"
	"progon/steps/lint"
	"progon/steps/script"
)

func lintCommand(s streams) *cobra.Command {
	var free bool
	cmd := &cobra.Command{
		Use:   "lint [ПУТЬ…]",
		Short: "проверить файлы сценариев, ничего не запуская",
		Long: `Ищет в файлах .feature то, что разборщик пропускает молча: потерянные шаги, непонятные
фразы, повторы названий, настоящие телефоны вместо заместителей, сценарии без номера,
нормы и строгости. Без путей проверяет встроенные сценарии.`,
		Example: `  progon lint features
  progon lint --free мои-сценарии   не требовать номера каталога, нормы и строгости`,
		RunE: func(_ *cobra.Command, args []string) error {
			return lintFiles(s, args, !free)
		},
	}
	cmd.Flags().BoolVar(&free, "free", false, "не требовать номера каталога, раздела, нормы и строгости")
	return cmd
}

func lintFiles(s streams, paths []string, catalogue bool) error {
	var files []script.File
	if len(paths) == 0 {
		builtIn, err := script.Read(features.Files, ".")
		if err != nil {
			return usageErrorf("%w", err)
		}
		files = builtIn
	}
	for _, p := range paths {
		more, err := readPath(p)
		if err != nil {
			return usageErrorf("%w", err)
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		return usageErrorf("не найдено ни одного файла .feature")
	}
	var capabilities []string
	for _, c := range botfile.Capabilities() {
		capabilities = append(capabilities, c.Name)
	}
	problems := lint.Check(files, lint.Options{
		Step: steps.Sentences(), Personal: personalData(), Capabilities: capabilities, Catalogue: catalogue,
	})
	for _, p := range problems {
		_, _ = fmt.Fprintln(s.out, p)
	}
	if len(problems) > 0 {
		_, _ = fmt.Fprintf(s.out, "файлов: %d, замечаний: %d\n", len(files), len(problems))
		return failed()
	}
	_, _ = fmt.Fprintf(s.out, "файлов: %d, замечаний нет\n", len(files))
	return nil
}

// personalData finds in a feature what must come from the cast instead: kinds that are
// recognised by their own form.
func personalData() func(string) (string, bool) {
	detector := pii.NewDetector(pii.ProfileChat)
	certain := map[pii.Kind]bool{
		pii.Phone: true, pii.Email: true, pii.Card: true, pii.SNILS: true, pii.Passport: true, pii.OMS: true, pii.Secret: true,
	}
	return func(text string) (string, bool) {
		for _, span := range detector.Find(text) {
			if certain[span.Kind] && span.Score >= 0.8 {
				return pii.Russian(span.Kind), true
			}
		}
		return "", false
	}
}

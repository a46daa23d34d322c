package main

import (
	"github.com/spf13/cobra"

	"progon/steps"
)

func stepsCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "steps",
		Short: "показать словарь: все фразы, которые понимает Прогон",
		Long: `Печатает словарь фраз в Markdown: что можно написать в файле сценариев, что стоит
в «ёлочках» и что нужно от бота.`,
		Example: `  progon steps
  progon steps > features/dictionary.md`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return steps.Dictionary(s.out) },
	}
}

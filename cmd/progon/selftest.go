package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"progon/steps/selftest"
)

func selftestCommand(s streams) *cobra.Command {
	var o selftest.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "selftest [ПУТЬ…]",
		Short: "проверить самого судью: все дефекты образцового бота",
		Long: `Играет сценарии с образцовым ботом и с каждым его дефектом и показывает, какой сценарий
какой дефект поймал и по какому правилу. Пропущенный дефект или ложная тревога на хорошем
боте — провал.`,
		Example: `  progon selftest
  progon selftest --defect phone_in_log,lead_lost
  progon selftest --seeds 20 --json > matrix.json
  progon report run.json --format protocol --trial matrix.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			book, err := readBook(args)
			if err != nil {
				return usageErrorf("%w", err)
			}
			if o.Seeds < 1 || o.Seed == 0 {
				return usageErrorf("--seed и --seeds: нужны числа от единицы")
			}
			o.Book, o.Version = book, version
			n := 0
			o.Done = func(r selftest.Row) {
				n++
				_, _ = fmt.Fprintf(s.err, "%3d %-26s %s\n", n, r.Defect, fate(r))
			}
			m, err := selftest.Run(cmd.Context(), o)
			if err != nil {
				return surroundingsError(err)
			}
			if asJSON {
				e := json.NewEncoder(s.out)
				e.SetIndent("", " ")
				if err := e.Encode(m); err != nil {
					return err
				}
			} else {
				printMatrix(s.out, m)
			}
			if m.Caught < m.Defects || m.FalseAlarms > 0 {
				return failed()
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.Uint64Var(&o.Seed, "seed", 1, "из чего выдумываются клиенты")
	fl.IntVar(&o.Seeds, "seeds", 1, "сколько раз, каждый раз с другими клиентами, сыграть с хорошим ботом")
	fl.IntVar(&o.Parallel, "parallel", 2, "сколько дефектов проверять одновременно")
	fl.StringSliceVar(&o.Defects, "defect", nil, "только эти дефекты")
	fl.BoolVar(&asJSON, "json", false, "вывести матрицу в JSON")
	return cmd
}

// fate says in a few words what became of a defect.
func fate(r selftest.Row) string {
	switch {
	case len(r.Caught) == 0:
		return "НЕ ПОЙМАН"
	case !r.Right:
		return fmt.Sprintf("пойман не по своему правилу (%s)", r.Rule)
	}
	return fmt.Sprintf("пойман по %s", r.Rule)
}

func printMatrix(w io.Writer, m selftest.Matrix) {
	for _, r := range m.Rows {
		var by []string
		for _, c := range r.Caught {
			by = append(by, c.Scenario)
		}
		const most = 6
		if len(by) > most {
			by = append(by[:most], fmt.Sprintf("и ещё %d", len(by)-most))
		}
		_, _ = fmt.Fprintf(w, "%-26s %-46s %s\n", r.Defect, fate(r), strings.Join(by, " "))
		if len(r.Missed) > 0 {
			_, _ = fmt.Fprintf(w, "%-26s должны были поймать: %s\n", "", strings.Join(r.Missed, " "))
		}
	}
	for _, c := range m.Alarms {
		_, _ = fmt.Fprintf(w, "ложная тревога на хорошем боте: %s %s\n", c.Scenario, strings.Join(c.Rules, " "))
	}
	for _, id := range slices.Sorted(maps.Keys(m.OnlyBy)) {
		_, _ = fmt.Fprintf(w, "только %s ловит: %s\n", id, strings.Join(m.OnlyBy[id], " "))
	}
	if len(m.Idle) > 0 {
		_, _ = fmt.Fprintf(w, "не поймали ни одного дефекта: %s\n", strings.Join(m.Idle, " "))
	}
	_, _ = fmt.Fprintf(w, "\nДефектов: %d; поймано %d (%.0f %%), по своему правилу %d; прогонов с хорошим ботом %d, ложных тревог %d; время %.0f с.\n",
		m.Defects, m.Caught, 100*m.Score(), m.OwnRule, m.Seeds, m.FalseAlarms, m.Took.Seconds())
}

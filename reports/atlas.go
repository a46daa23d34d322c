package reports

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"progon"
)

// atlasView is the map of personal data arranged for reading: a picture of what went where,
// and a table with every count and its proof.
type atlasView struct {
	Rows    []atlasRow
	Picture picture
}

type atlasRow struct {
	progon.Sighting
	Link  string // to the example
	Name  string // of the example
	Where string
	Bad   bool // a finding points at the example
}

// picture is a flow drawing in SVG: kinds on the left, places on the right.
type picture struct {
	Width, Height int
	Kinds, Places []box
	Flows         []flow
}

type box struct {
	X, Y, W, H int
	Name, Note string
}

type flow struct {
	Path  string
	Width float64
	Sort  string // open, masked, hashed; bad where a finding points there
	About string
}

// newAtlas arranges the sightings; views are needed for the links into the timelines.
func newAtlas(seen []progon.Sighting, anchors map[progon.Pointer]anchored) atlasView {
	v := atlasView{}
	for _, s := range inReadingOrder(seen) {
		a := anchors[s.Example]
		v.Rows = append(v.Rows, atlasRow{s, a.link, a.name, atlasPlace(s), a.marked})
	}
	v.Picture = draw(v.Rows)
	return v
}

type anchored struct {
	link, name string
	marked     bool
}

func inReadingOrder(seen []progon.Sighting) []progon.Sighting {
	order := map[progon.Surface]int{}
	for i, s := range progon.Surfaces() {
		order[s] = i
	}
	sorted := slices.Clone(seen)
	slices.SortStableFunc(sorted, func(a, b progon.Sighting) int {
		told := func(s progon.Sighting) int {
			if s.Told {
				return 0
			}
			return 1
		}
		return cmp.Or(told(a)-told(b), order[a.Surface]-order[b.Surface], cmp.Compare(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind))
	})
	return sorted
}

// Measures of the picture, in pixels.
const (
	pictureWidth = 1000
	boxHeight    = 24
	boxGap       = 8
	kindWidth    = 230
	placeWidth   = 330
)

func draw(rows []atlasRow) picture {
	p := picture{Width: pictureWidth}
	kinds, places := map[string]int{}, map[string]int{}
	for _, r := range rows {
		if _, known := kinds[r.Kind]; !known {
			kinds[r.Kind] = len(p.Kinds)
			p.Kinds = append(p.Kinds, box{Y: boxGap + len(p.Kinds)*(boxHeight+boxGap), W: kindWidth, H: boxHeight, Name: r.Kind})
		}
		if r.Told {
			p.Kinds[kinds[r.Kind]].Note = strconv.Itoa(r.Events())
			continue
		}
		place := atlasPlace(r.Sighting)
		if _, known := places[place]; !known {
			places[place] = len(p.Places)
			p.Places = append(p.Places, box{X: pictureWidth - placeWidth, Y: boxGap + len(p.Places)*(boxHeight+boxGap), W: placeWidth, H: boxHeight, Name: place})
		}
	}
	for _, r := range rows {
		if r.Told {
			continue
		}
		from, to := p.Kinds[kinds[r.Kind]], p.Places[places[atlasPlace(r.Sighting)]]
		y1, y2 := from.Y+boxHeight/2, to.Y+boxHeight/2
		sort := "masked"
		switch {
		case r.Bad:
			sort = "bad"
		case r.Open > 0:
			sort = "open"
		case r.Hashed > 0:
			sort = "hashed"
		}
		p.Flows = append(p.Flows, flow{
			Path:  fmt.Sprintf("M%d %dC%d %d %d %d %d %d", kindWidth, y1, kindWidth+180, y1, to.X-180, y2, to.X, y2),
			Width: 1.5 + math.Log2(float64(1+r.Events())), Sort: sort,
			About: fmt.Sprintf("%s → %s: открыто %d, под маской %d, хэшем %d", r.Kind, to.Name, r.Open, r.Masked, r.Hashed),
		})
	}
	p.Height = boxGap + max(len(p.Kinds), len(p.Places))*(boxHeight+boxGap)
	return p
}

func atlasPlace(s progon.Sighting) string {
	switch s.Surface {
	case progon.SurfaceCRM:
		return "CRM: " + s.Place
	case progon.SurfaceLog:
		return "журнал " + s.Place
	case progon.SurfaceStorage:
		return "хранилище: " + s.Place
	case progon.SurfaceFile:
		return "файл: " + s.Place
	}
	return s.Place
}

// tableOf is the map as rows of text, the first of them the head.
func tableOf(run progon.Run) [][]string {
	rows := [][]string{{"вид данных", "сказано клиентом", "место", "открыто", "под маской", "хэшем", "сценарий", "событие"}}
	for _, s := range inReadingOrder(run.Map) {
		told := "нет"
		if s.Told {
			told = "да"
		}
		rows = append(rows, []string{
			s.Kind, told, atlasPlace(s), strconv.Itoa(s.Open), strconv.Itoa(s.Masked), strconv.Itoa(s.Hashed),
			s.Example.Scenario, strconv.Itoa(s.Example.Seq),
		})
	}
	return rows
}

// MapCSV writes the map of personal data for a spreadsheet: UTF-8 with its mark, so that
// Excel reads Russian, and commas.
func MapCSV(w io.Writer, run progon.Run) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	for _, row := range tableOf(run) {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// harmless keeps a spreadsheet from taking a name that the bot has chosen for a formula.
func harmless(cell string) string {
	if cell != "" && slices.Contains([]byte("=+-@\t\r"), cell[0]) {
		return "'" + cell
	}
	return cell
}

// MapXLSX writes the same as a workbook.
func MapXLSX(w io.Writer, run progon.Run) (err error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // holds memory only
	const sheet = "Карта данных"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	for i, row := range tableOf(run) {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if n, notNumber := strconv.Atoi(value); notNumber == nil {
				err = f.SetCellInt(sheet, cell, int64(n))
			} else {
				err = f.SetCellStr(sheet, cell, value)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := f.SetColWidth(sheet, "A", "C", 28); err != nil {
		return err
	}
	if err := f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return f.Write(w)
}

package pii

import "strings"

// table is what the first line of an export says about its columns.
type table struct {
	looked  bool
	comma   byte // what stands between cells
	body    int  // where the header ends
	columns []class
}

// longestHeader is where a first line is no longer taken for a header.
const longestHeader = 1000

// columnClass answers what the header of a table says about the cell that begins with
// token i: «ФИО;Телефон;Дата рождения».
func (sc *scan) columnClass(i int) class {
	if !sc.table.looked {
		sc.table = sc.readHeader()
	}
	t := &sc.table
	start := int(sc.toks[i].start)
	if t.columns == nil || start < t.body {
		return 0
	}
	for start > t.body && strings.IndexByte(" \"'+(", sc.text[start-1]) >= 0 {
		start--
	}
	if before := sc.text[start-1]; before != t.comma && before != '\n' {
		return 0
	}
	line := sc.text[strings.LastIndexByte(sc.text[:start], '\n')+1 : start]
	column, quoted := 0, false
	for k := 0; k < len(line); k++ {
		switch {
		case line[k] == '"':
			quoted = !quoted
		case line[k] == t.comma && !quoted:
			column++
		}
	}
	if column >= len(t.columns) {
		return 0
	}
	return t.columns[column]
}

// readHeader takes the first line for a header if it has at least three cells of words, of
// which one is known.
func (sc *scan) readHeader() table {
	t := table{looked: true}
	end := strings.IndexByte(sc.text[:min(len(sc.text), longestHeader)], '\n')
	if end < 0 || end+1 == len(sc.text) {
		return t
	}
	header := sc.text[:end]
	for _, c := range [...]byte{';', '\t', '|', ','} {
		if strings.Count(header, string(rune(c))) >= 2 {
			t.comma = c
			break
		}
	}
	if t.comma == 0 || strings.ContainsAny(header, "{}=:") {
		return t
	}
	var columns []class
	var all, cell class
	k := 0
	for at := 0; at <= end; at++ {
		if at < end && header[at] != t.comma {
			continue
		}
		for cell = 0; k < len(sc.toks) && int(sc.toks[k].end) <= at; k++ {
			if sc.toks[k].is(isDigits) && sc.toks[k].letters > 1 {
				return t
			}
			cell |= sc.class(k)
		}
		columns = append(columns, cell)
		all |= cell
	}
	if all&(ctxPhone|ctxName|ctxBirth|ctxPassport|ctxSNILS|ctxINN|ctxOMS|ctxCard|ctxAccount|ctxAddress) != 0 {
		t.body, t.columns = end+1, columns
	}
	return t
}

package pii

import (
	"math/rand"
	"strings"
)

// recogniseIMEI: fifteen digits by Luhn, with the word.
func recogniseIMEI(sc *scan, n *number, u *surroundings) {
	if n.plus || !luhn(n.digits) || same(n.digits) || !u.strong(ctxDevice) {
		return
	}
	c := n.bare(sc, DeviceID, "context", 0.95)
	c.check = "контрольная цифра сходится"
	c.context = sc.word(n.i, n.j, ctxDevice)
	sc.add(c)
}

// recogniseDevices finds hardware addresses, advertising ids and push tokens.
func recogniseDevices(sc *scan) {
	s := sc.text
	for from := 0; from < len(s); {
		k := strings.IndexAny(s[from:], ":-")
		if k < 0 {
			break
		}
		at := from + k
		from = at + 1
		if strings.HasPrefix(s[at:], ":APA91b") {
			from = sc.pushToken(at)
			continue
		}
		if at < 2 || at+15 > len(s) || !macAt(s, at-2) {
			continue
		}
		from = at + 15
		if s[at-2:at+15] == "00:00:00:00:00:00" || strings.EqualFold(s[at-2:at+15], "ff:ff:ff:ff:ff:ff") {
			continue
		}
		sc.add(candidate{start: at - 2, end: at + 15, kind: DeviceID, rule: "formatted", score: 0.9})
	}
	for i := range sc.toks {
		if sc.class(i)&ctxDevice != 0 {
			sc.namedDevice(i)
		}
	}
}

// pushToken takes a token of Firebase whose colon is at a place; it answers its end.
func (sc *scan) pushToken(at int) int {
	s := sc.text
	start, end := at, at+1
	for start > 0 && tokenChar(s[start-1], "-_") {
		start--
	}
	for end < len(s) && tokenChar(s[end], "-_") {
		end++
	}
	sc.add(candidate{start: start, end: end, kind: DeviceID, rule: "shape", score: 0.95})
	return end
}

func macAt(s string, i int) bool {
	if i > 0 && (hexDigit(s[i-1]) || s[i-1] == ':') || i+17 < len(s) && (hexDigit(s[i+17]) || s[i+17] == ':') {
		return false
	}
	letters := 0
	for k := 0; k < 17; k++ {
		c := s[i+k]
		if k%3 == 2 {
			if c != ':' && c != '-' {
				return false
			}
			continue
		}
		if !hexDigit(c) {
			return false
		}
		if !asciiDigit(c) {
			letters++
		}
	}
	return letters > 0
}

// namedDevice reads the value of idfa, gaid, push_token, device_id.
func (sc *scan) namedDevice(i int) {
	s := sc.text
	k := i
	name := fold(sc.str(i))
	for k+1 < len(sc.toks) && (sc.gap(k) == "_" || sc.gap(k) == "-" || sc.gap(k) == "") && sc.toks[k+1].is(isLatin) {
		k++
		name += "_" + fold(sc.str(k))
	}
	switch name {
	case "idfa", "gaid", "adid", "advertising_id", "push_token", "fcm_token", "apns_token", "device_id", "deviceid", "device_token", "android_id", "push_device_token", "push":
	default:
		return
	}
	p := int(sc.toks[k].end)
	for p < len(s) && strings.IndexByte(" \"'=:", s[p]) >= 0 {
		p++
	}
	end := p
	for end < len(s) && tokenChar(s[end], "-_:.") {
		end++
	}
	v := s[p:end]
	if p == int(sc.toks[k].end) || len(v) < 15 || !strings.ContainsAny(v, "0123456789") || hidden(v) {
		return
	}
	if strings.Trim(v, "0-") == "" {
		return
	}
	sc.add(candidate{start: p, end: end, kind: DeviceID, rule: "field", score: 0.9, context: name})
}

func validDeviceID(v string) bool {
	return len(v) == 15 && digits(v) == v && luhn(v) || len(v) == 12 || len(v) >= 32
}

func inventDeviceID(r *rand.Rand) string {
	body := "35000000" + inventDigits(r, 6)
	return body + luhnDigit(body)
}

package persona

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"progon/sim/pii/trace"
)

// crowd invents many clients for the benchmarks.
func crowd(n int) []trace.Canary {
	cast := NewCast(1, "толпа")
	for i := range n {
		cast.Person(fmt.Sprintf("клиент %d", i))
	}
	return cast.Canaries()
}

// journal is a realistic log of a bot: JSON lines, Russian messages, ids, addresses.
func journal(size int) string {
	lines := []string{
		`{"ts":"2026-11-23T12:%02d:%02d.123Z","level":"info","logger":"bot.dialog","msg":"получено сообщение","conversation":"c-%d","text":"здравствуйте, хочу записаться на маникюр завтра после обеда","len":58}`,
		`{"ts":"2026-11-23T12:%02d:%02d.481Z","level":"debug","logger":"bot.crm","msg":"вызов crm.lead.add","request_id":"4f2a9c8e-1b7d-4c3a-9e8f-7a6b5c4d%d","status":200,"took_ms":142,"url":"https://b24.example/rest/1/crm.lead.add.json"}`,
		`{"ts":"2026-11-23T12:%02d:%02d.733Z","level":"info","logger":"bot.dialog","msg":"отправлен ответ","conversation":"c-%d","text":"Свободно завтра в 11:00 и в 15:30. Какое время вам удобнее? Стоимость 1 800 ₽, длительность полтора часа."}`,
		`{"ts":"2026-11-23T12:%02d:%02d.902Z","level":"warn","logger":"bot.http","msg":"повтор запроса","attempt":2,"error":"context deadline exceeded (Client.Timeout exceeded while awaiting headers)","order":%d}`,
		`{"ts":"2026-11-23T12:%02d:%02d.007Z","level":"info","logger":"bot.mask","msg":"телефон принят","phone":"+7 9** ***-**-21","lead_id":%d,"manager":"администратор смены","comment":"клиент просит перезвонить вечером, предпочитает мастера по бровям"}`,
	}
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, lines[i%len(lines)]+"\n", i/60%60, i%60, 100000+i*7919%900000)
	}
	return b.String()
}

func BenchmarkFind(b *testing.B) {
	text := journal(1 << 20)
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("клиентов=%d", n), func(b *testing.B) {
			tracer := trace.New(crowd(n))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if hits := tracer.Find(text); len(hits) > 100 {
					b.Fatalf("ложные находки: %d", len(hits))
				}
			}
		})
	}
}

// BenchmarkNew shows what a tracer of ten thousand clients costs to build and to keep.
func BenchmarkNew(b *testing.B) {
	canaries := crowd(10000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var keep *trace.Tracer
	for b.Loop() {
		keep = trace.New(canaries)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
	runtime.KeepAlive(keep)
}

// BenchmarkKinds shows what other kinds of logs cost, with ten thousand clients.
func BenchmarkKinds(b *testing.B) {
	plain := journal(1 << 20)
	var escaped strings.Builder
	for _, r := range plain {
		if r < 128 {
			escaped.WriteRune(r)
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
	}
	var ids, people strings.Builder
	rng := rand.New(rand.NewPCG(1, 1))
	for i := 0; ids.Len() < 1<<20; i++ {
		fmt.Fprintf(&ids, `{"trace_id":"%016x%016x","span":"%016x","user_agent":"Mozilla/5.0 (X11; Linux x86_64)","path":"/api/v1/chats/%d/messages?limit=40&after=c%%3A%d"}`+"\n", rng.Uint64(), rng.Uint64(), rng.Uint64(), i, i)
		fmt.Fprintf(&people, `{"msg":"ответ","text":"Алсу, здравствуйте! Мастер Ринат свободен 12 марта в 11:00, администратор Гузель перезвонит. ул. Премьерная, д. %d","n":%d}`+"\n", i%300, i)
	}
	tracer := trace.New(crowd(10000))
	for _, k := range []struct{ name, text string }{{"обычный", plain}, {"с-u-экранированием", escaped.String()}, {"идентификаторы", ids.String()}, {"имена-сотрудников", people.String()}} {
		b.Run(k.name, func(b *testing.B) {
			b.SetBytes(int64(len(k.text)))
			tracer.Find(k.text) // the table of hashes is made at the first thing like a hash
			for b.Loop() {
				tracer.Find(k.text)
			}
		})
	}
}

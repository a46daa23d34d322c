// Package fakes is the folder of everything that pretends to be something real. Each fake
// is one http.Handler with three doors: a port, httptest, and a transport of
// jarcoal/httpmock. A fake knows neither the scenarios nor the simulated clients; it
// tells what it saw to a [progon.Recorder] and nothing else.
//
//	fake        how faithful (1 shape · 2 refusals · 3 state · 4 timing)
//	bitrix24    4: the portal's REST, bots, open lines, booking, OAuth, events, limits
//	llm         3: OpenAI, YandexGPT and GigaChat without a model: polite, adversarial, by rules
//	egress      4: the proxy on the way out, with a certificate authority of its own
//	mail        2: an SMTP server for alarms
//	alerts      1: a web hook that takes alarms
//	chat        what the fakes of messaging platforms have in common
//	samplebot   a bot of a salon or clinic, and the same bot with one named defect each
//
// Shared parts: [progon/fakes/calls] (the journal, what went over the wire) and
// [progon/fakes/faults] (refusals and breakdowns on request).
package fakes
